import type { ContainerStatus, Pod, PodStatus } from '../api/core.ts';
import type { Condition } from '../api/meta.ts';

/** What the kubelet knows about one container. */
export interface ContainerFact {
  readonly name: string;
  readonly restartCount: number;
  readonly state:
    | { readonly kind: 'waiting'; readonly reason: string; readonly message?: string }
    | { readonly kind: 'running'; readonly startedAt: string }
    | {
        readonly kind: 'terminated';
        readonly exitCode: number;
        readonly startedAt?: string;
        readonly finishedAt: string;
      };
  /** How the run before this one ended. */
  readonly last?: ContainerFact['state'];
}

/** What the kubelet knows about one pod. */
export interface PodFacts {
  readonly hostIp: string;
  readonly podIps: readonly string[];
  readonly containerId?: string;
  readonly startTime: string;
  readonly containers: readonly ContainerFact[];
}

/**
 * The status a pod shows for these facts. Transition times of conditions that did not change are kept from the pod.
 *
 * @param now RFC 3339
 * @see Kubernetes documentation "Pod Lifecycle"
 */
export function computePodStatus(pod: Pod, facts: PodFacts, now: string): PodStatus {
  const phase = podPhase(pod, facts);
  const finished = phase === 'Succeeded' || phase === 'Failed';
  const ready = facts.containers.every((one) => one.state.kind === 'running');
  const notReady = finished ? 'PodCompleted' : 'ContainersNotReady';
  const condition = (type: string, status: boolean, reason?: string): Condition => {
    const word = status ? 'True' : 'False';
    const before = pod.status?.conditions?.find((one) => one.type === type);
    const since = before?.status === word ? before.lastTransitionTime : undefined;
    return { type, status: word, lastTransitionTime: since ?? now, ...(status || !reason ? {} : { reason }) };
  };
  const [podIp] = facts.podIps;
  return {
    phase,
    hostIP: facts.hostIp,
    ...(podIp === undefined ? {} : { podIP: podIp, podIPs: facts.podIps.map((ip) => ({ ip })) }),
    startTime: facts.startTime,
    conditions: [
      condition('PodScheduled', true),
      condition('Initialized', true),
      condition('ContainersReady', ready, notReady),
      condition('Ready', ready, notReady),
    ],
    containerStatuses: facts.containers.map((one) => containerStatus(pod, one, facts.containerId)),
  };
}

function podPhase(pod: Pod, facts: PodFacts): NonNullable<PodStatus['phase']> {
  const policy = pod.spec.restartPolicy ?? 'Always';
  const ended = facts.containers.flatMap((one) => (one.state.kind === 'terminated' ? [one.state.exitCode] : []));
  if (policy !== 'Always' && ended.length === facts.containers.length && ended.length > 0) {
    if (ended.every((code) => code === 0)) return 'Succeeded';
    if (policy === 'Never') return 'Failed';
  }
  const started = facts.containers.every((one) => one.state.kind !== 'waiting' || one.restartCount > 0);
  return started ? 'Running' : 'Pending';
}

function containerStatus(pod: Pod, fact: ContainerFact, containerId: string | undefined): ContainerStatus {
  const image = pod.spec.containers.find((one) => one.name === fact.name)?.image ?? '';
  const { state } = fact;
  return {
    name: fact.name,
    image,
    imageID: image,
    ...(containerId === undefined ? {} : { containerID: `weft://${containerId}/${fact.name}` }),
    ready: state.kind === 'running',
    started: state.kind === 'running',
    restartCount: fact.restartCount,
    state: containerState(state),
    ...(fact.last === undefined ? {} : { lastState: containerState(fact.last) }),
  };
}

function containerState(state: ContainerFact['state']): NonNullable<ContainerStatus['state']> {
  switch (state.kind) {
    case 'waiting':
      return { waiting: { reason: state.reason, ...(state.message === undefined ? {} : { message: state.message }) } };
    case 'running':
      return { running: { startedAt: state.startedAt } };
    case 'terminated':
      return {
        terminated: {
          exitCode: state.exitCode,
          reason: state.exitCode === 0 ? 'Completed' : 'Error',
          ...(state.startedAt === undefined ? {} : { startedAt: state.startedAt }),
          finishedAt: state.finishedAt,
        },
      };
  }
}
