import type { Pod } from '../../api/core.ts';
import { badRequest } from '../status-error.ts';
import type { ContainerTarget } from './node-streams.ts';

/** A pod's container on a node. */
export interface PlacedTarget {
  readonly node: string;
  readonly target: ContainerTarget;
}

/**
 * Finds the container that a request for a pod means, in kube-apiserver's words for what cannot be.
 *
 * @param container the one that was named, else the pod's only one
 * @throws StatusError 400
 */
export function findContainer(pod: Pod, container: string | undefined): PlacedTarget {
  const { name } = pod.metadata;
  const names = pod.spec.containers.map((one) => one.name);
  if (container === undefined && names.length !== 1) {
    throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${names.join(' ')}]`);
  }
  const chosen = container ?? names[0] ?? '';
  if (!names.includes(chosen)) throw badRequest(`container ${chosen} is not valid for pod ${name}`);
  return place(pod, chosen);
}

/** Where a pod that is to be entered runs. @throws StatusError 400 when it has ended, or is not placed yet */
export function findRunningPod(pod: Pod): PlacedTarget {
  const phase = pod.status?.phase;
  if (phase === 'Succeeded' || phase === 'Failed') {
    throw badRequest(`cannot exec into a container in a completed pod; current phase is ${phase}`);
  }
  return place(pod, '');
}

function place(pod: Pod, container: string): PlacedTarget {
  const { name, namespace = 'default', uid = '' } = pod.metadata;
  const node = pod.spec.nodeName ?? '';
  if (node === '') throw badRequest(`pod ${name} does not have a host assigned`);
  return { node, target: { namespace, pod: name, uid, container } };
}
