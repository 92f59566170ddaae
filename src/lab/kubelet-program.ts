import { mkdirSync } from 'node:fs';
import { arch, cpus, release, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { kubernetesVersion } from '../api/kubernetes-version.ts';
import { nodeAnnotations } from '../api/node-annotations.ts';
import { createLogger } from '../base/log.ts';
import { connectCluster } from '../datastore/connect-cluster.ts';
import { systemClock } from '../datastore/system-clock.ts';
import { nodeKubeletSocket } from './directory.ts';
import { keepRunning } from './keep-running.ts';
import { Kubelet } from './kubelet.ts';
import { keepBirdRunning } from './kubelet-bird.ts';
import type { KubeletContext } from './kubelet-context.ts';
import { openKubeletDoor } from './kubelet-door.ts';
import { keepNodeReady, type NodeIdentity, registerNode } from './kubelet-node.ts';
import { weftLauncher } from './launcher.ts';
import { createLimiter } from './limiter.ts';

const runDirectory = '/run/weft';

/** `weft lab kubelet`: the small kubelet of one node. Started by `lab up` inside the node's namespaces. */
export async function runKubelet(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      node: { type: 'string' },
      address: { type: 'string', multiple: true },
      role: { type: 'string' },
      tainted: { type: 'boolean' },
      backend: { type: 'string' },
      ipv6: { type: 'boolean' },
      label: { type: 'string', multiple: true },
      'as-number': { type: 'string' },
      'reflector-cluster-id': { type: 'string' },
      'service-host': { type: 'string' },
      'node-version': { type: 'string' },
    },
  });
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort());
  const node = values.node ?? '';
  const kubeconfig = `${runDirectory}/kubeconfig`;
  const podsDirectory = `${runDirectory}/kubelet/pods`;
  mkdirSync(podsDirectory, { recursive: true });
  const log = createLogger((line) => process.stdout.write(`${line}\n`), Date.now).child({ node });
  const context: KubeletContext = {
    node,
    nodeIps: values.address ?? [],
    cluster: await connectCluster({ kubeconfig }),
    log,
    clock: systemClock,
    podsDirectory,
    podLogsDirectory: `${runDirectory}/logs/pods`,
    cniConfigDirectory: '/etc/cni/net.d',
    cniPath: ['/opt/cni/bin', '/usr/lib/cni'],
    serviceHost: values['service-host'] ?? '',
    sandboxLimit: createLimiter(4),
    signal: stop.signal,
  };
  const identity = nodeIdentity({
    role: values.role === 'control-plane' ? 'control-plane' : 'worker',
    tainted: values.tainted ?? false,
    labels: Object.fromEntries((values.label ?? []).map((text) => splitLabel(text))),
    annotations: {
      ...(values['as-number'] === undefined ? {} : { [nodeAnnotations.asNumber]: values['as-number'] }),
      ...(values['reflector-cluster-id'] === undefined
        ? {}
        : { [nodeAnnotations.routeReflectorClusterId]: values['reflector-cluster-id'] }),
    },
  });
  const bird = values.backend === 'bird' ? keepBirdRunning(context, runDirectory) : undefined;
  const agent = keepRunning(context, {
    name: 'the agent',
    command: [weftLauncher(), 'agent', '--kubeconfig', kubeconfig],
    environment: {
      ...process.env,
      NODENAME: node,
      CALICO_NETWORKING_BACKEND: values.backend ?? 'none',
      ...(values.ipv6 ? { IP6: 'autodetect' } : {}),
    },
    logFile: `${runDirectory}/logs/agent.log`,
    identityFile: `${runDirectory}/kubelet/agent.json`,
  });
  await registerNode(context, identity);
  const kubelet = new Kubelet(context);
  await openKubeletDoor(context, kubelet, nodeKubeletSocket);
  await Promise.all([bird, agent, keepNodeReady(context, identity), kubelet.start()]);
  return 0;
}

/** `KEY=VALUE`. */
function splitLabel(text: string): readonly [string, string] {
  const end = text.indexOf('=');
  return [text.slice(0, end), text.slice(end + 1)];
}

function nodeIdentity(given: Pick<NodeIdentity, 'role' | 'tainted' | 'labels' | 'annotations'>): NodeIdentity {
  return {
    ...given,
    facts: {
      architecture: arch() === 'x64' ? 'amd64' : arch(),
      containerRuntimeVersion: 'weft://0.1.0',
      kernelVersion: release(),
      kubeletVersion: kubernetesVersion,
      operatingSystem: 'linux',
      osImage: 'weft lab',
    },
    capacity: { cpu: String(cpus().length), memory: `${Math.floor(totalmem() / 1024)}Ki`, pods: '110' },
  };
}
