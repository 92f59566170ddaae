import { type Family, type Ip, tryParseIp } from '../net/ip.ts';
import type { Pod } from './core.ts';

/** True when the pod says that it can serve. */
export function isPodReady(pod: Pod): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}

/** When the pod became ready, milliseconds since the epoch; `undefined` while it is not. */
export function podReadySinceMs(pod: Pod): number | undefined {
  const ready = pod.status?.conditions?.find(({ type, status }) => type === 'Ready' && status === 'True');
  return ready === undefined ? undefined : Date.parse(ready.lastTransitionTime ?? '') || 0;
}

/** True when all containers have ended for good. */
export function isPodFinished(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

/** True when the pod counts as one of its owner's: neither finished nor being deleted. */
export function isPodActive(pod: Pod): boolean {
  return !isPodFinished(pod) && pod.metadata.deletionTimestamp === undefined;
}

/** Every address in the pod's status, each once; what is no address is left out. */
export function podIps(pod: Pod): readonly Ip[] {
  const { podIP = '', podIPs = [] } = pod.status ?? {};
  const texts = [...podIPs.map(({ ip }) => ip), podIP];
  return [...new Set(texts.flatMap((text) => tryParseIp(text) ?? []))];
}

/** The pod's address of this IP version, as its status has it. */
export function podIpOf(pod: Pod, family: Family): string | undefined {
  const { podIP, podIPs } = pod.status ?? {};
  const all = podIPs === undefined || podIPs.length === 0 ? [podIP] : podIPs.map(({ ip }) => ip);
  return all.find((ip) => ip !== undefined && ip !== '' && ip.includes(':') === (family === 6));
}
