import type { Node } from '../api/core.ts';
import { nodes } from '../api/kinds.ts';
import type { Condition } from '../api/meta.ts';
import { errorText, hasCode } from '../base/errors.ts';
import { readCniNetwork } from './cni-network.ts';
import { cniStatus } from './cni-runtime.ts';
import { type KubeletContext, timestamp } from './kubelet-context.ts';

const heartbeatMs = 10_000;
/** While the network is not ready it is looked at this often; the first look needs no process. */
const impatientMs = 150;

/** What a node says about itself when it registers. */
export interface NodeIdentity {
  readonly role: 'control-plane' | 'worker';
  /** Keeps ordinary pods away from the control plane when there are workers. */
  readonly tainted: boolean;
  /** Besides those that every node has. */
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly facts: Readonly<Record<string, string>>;
  readonly capacity: Readonly<Record<string, string>>;
}

/** Creates the Node object, or adopts the one that is there; tries until the API answers. */
export async function registerNode(context: KubeletContext, identity: NodeIdentity): Promise<void> {
  for (;;) {
    try {
      await context.cluster.create(nodes, nodeObject(context, identity));
      return;
    } catch (error) {
      if (hasCode(error, 'API_ALREADY_EXISTS')) return;
      context.log.info('waiting for the API server', { error: errorText(error) });
      await context.clock.sleep(50, context.signal);
    }
  }
}

/** Keeps the Node's Ready condition true to the network's state until the signal; a heartbeat every 10 s. */
export async function keepNodeReady(context: KubeletContext, identity: NodeIdentity): Promise<void> {
  while (!context.signal.aborted) {
    const problem = await networkProblem(context);
    try {
      await writeReady(context, identity, problem);
    } catch (error) {
      context.log.warn('cannot write node status', { error: errorText(error) });
    }
    const until = context.clock.monotonicMs() + heartbeatMs;
    do {
      const pause = problem === undefined ? heartbeatMs : impatientMs;
      await context.clock.sleep(pause, context.signal).catch(() => {});
    } while (!context.signal.aborted && context.clock.monotonicMs() < until && !(await changed(context, problem)));
  }
}

async function changed(context: KubeletContext, before: string | undefined): Promise<boolean> {
  return (await networkProblem(context)) !== before;
}

/** `undefined` when pods can be attached. */
async function networkProblem(context: KubeletContext): Promise<string | undefined> {
  const network = readCniNetwork(context.cniConfigDirectory);
  if (network === undefined) return 'cni plugin not initialized: no network configuration yet';
  try {
    await cniStatus(network, context.cniPath);
    return undefined;
  } catch (error) {
    return errorText(error);
  }
}

async function writeReady(context: KubeletContext, identity: NodeIdentity, problem: string | undefined): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const node = await context.cluster.get(nodes, context.node);
    if (node === undefined) return void (await context.cluster.create(nodes, nodeObject(context, identity)));
    try {
      await context.cluster.updateStatus(nodes, withReady(context, identity, node, problem));
      return;
    } catch (error) {
      // The agent writes its own condition into the same object.
      if (!hasCode(error, 'API_CONFLICT') || attempt >= 5) throw error;
    }
  }
}

function withReady(context: KubeletContext, identity: NodeIdentity, node: Node, problem: string | undefined): Node {
  const now = timestamp(context.clock);
  const before = node.status?.conditions?.find((one) => one.type === 'Ready');
  const status = problem === undefined ? 'True' : 'False';
  const ready: Condition = {
    type: 'Ready',
    status,
    reason: problem === undefined ? 'KubeletReady' : 'KubeletNotReady',
    message: problem ?? 'kubelet is posting ready status',
    lastHeartbeatTime: now,
    lastTransitionTime: before?.status === status ? (before.lastTransitionTime ?? now) : now,
  };
  const others = (node.status?.conditions ?? []).filter((one) => one.type !== 'Ready');
  return {
    ...node,
    status: { ...node.status, ...nodeStatus(context, identity), conditions: [...others, ready] },
  };
}

function nodeStatus(context: KubeletContext, identity: NodeIdentity) {
  return {
    addresses: [
      ...context.nodeIps.map((address) => ({ type: 'InternalIP', address })),
      { type: 'Hostname', address: context.node },
    ],
    capacity: identity.capacity,
    allocatable: identity.capacity,
    nodeInfo: identity.facts,
  };
}

function nodeObject(context: KubeletContext, identity: NodeIdentity): Node {
  const { annotations, facts, labels, role, tainted } = identity;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: context.node,
      labels: {
        'kubernetes.io/hostname': context.node,
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': facts.architecture ?? 'amd64',
        ...(role === 'control-plane'
          ? { 'node-role.kubernetes.io/control-plane': '', 'node-role.kubernetes.io/master': '' }
          : {}),
        ...labels,
      },
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    },
    spec: {
      ...(tainted ? { taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' as const }] } : {}),
    },
    status: {
      ...nodeStatus(context, identity),
      conditions: [
        {
          type: 'Ready',
          status: 'False',
          reason: 'KubeletNotReady',
          message: 'the kubelet has just started',
          lastHeartbeatTime: timestamp(context.clock),
          lastTransitionTime: timestamp(context.clock),
        },
      ],
    },
  };
}
