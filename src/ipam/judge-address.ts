import type { Pod } from '../api/core.ts';
import { podIps } from '../api/pod-state.ts';
import type { HeldAddress } from './held-address.ts';

/** Why an address looks leaked. */
export type LeakCause = 'node gone' | 'pod gone' | 'pod finished' | 'pod elsewhere' | 'pod holds another address';

/** Whether somebody uses an address; `reason` is for people. */
export type AddressVerdict =
  | { readonly kind: 'in use'; readonly reason: string }
  | { readonly kind: 'leaked'; readonly cause: LeakCause; readonly reason: string };

/**
 * Judges one address by the facts of the moment. Addresses are compared as values, never as text. What has no known
 * owner is never taken to be leaked, and neither is a pod's that has no address in its status yet.
 *
 * @param pod the pod of the allocation's namespace and name
 * @param nodeExists whether the node of the allocation is in the cluster
 */
export function judgeAddress(address: HeldAddress, pod: Pod | undefined, nodeExists: boolean): AddressVerdict {
  const { node } = address;
  if (address.type !== undefined || address.pod === undefined || address.namespace === undefined) {
    if (node !== undefined && !nodeExists) return leaked('node gone', `node ${node} is not in the cluster`);
    return inUse(address.type === undefined ? 'owner is not a pod' : `${address.type} of node ${node}`);
  }
  const verdict = judgeByPod(address, pod, `pod ${address.namespace}/${address.pod}`);
  if (verdict.kind === 'in use' || node === undefined || nodeExists) return verdict;
  return leaked('node gone', `${verdict.reason}, node ${node} is not in the cluster`);
}

function judgeByPod(address: HeldAddress, pod: Pod | undefined, name: string): AddressVerdict {
  if (pod === undefined) return leaked('pod gone', `${name} does not exist`);
  const { nodeName } = pod.spec;
  const bound = nodeName !== undefined && nodeName !== '';
  if (bound && address.node !== undefined && nodeName !== address.node) {
    return leaked('pod elsewhere', `${name} runs on node ${nodeName}, the address was given on node ${address.node}`);
  }
  const phase = pod.status?.phase;
  if (phase === 'Succeeded' || phase === 'Failed') return leaked('pod finished', `${name} has ${phase.toLowerCase()}`);
  const ips = podIps(pod);
  if (ips.length === 0) return inUse(`${name} has no address in its status yet`);
  if (ips.includes(address.ip)) return inUse(`${name} holds it`);
  return leaked('pod holds another address', `${name} holds ${ips.join(', ')}`);
}

function inUse(reason: string): AddressVerdict {
  return { kind: 'in use', reason };
}

function leaked(cause: LeakCause, reason: string): AddressVerdict {
  return { kind: 'leaked', cause, reason };
}
