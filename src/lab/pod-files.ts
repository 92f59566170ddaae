import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pod } from '../api/core.ts';

/** The host name a pod's containers see. */
export function podHostname(pod: Pod, node: string): string {
  return pod.spec.hostNetwork === true ? node : (pod.spec.hostname ?? pod.metadata.name);
}

/** Writes the pod's own /etc/hosts, /etc/hostname and /etc/resolv.conf into its directory. */
export function writePodFiles(directory: string, pod: Pod, node: string, podIps: readonly string[]): void {
  const hostname = podHostname(pod, node);
  const namespace = pod.metadata.namespace ?? 'default';
  mkdirSync(directory, { recursive: true });
  const hosts = ['127.0.0.1 localhost', '::1 localhost ip6-localhost', ...podIps.map((ip) => `${ip} ${hostname}`)];
  writeFileSync(join(directory, 'hosts'), `${hosts.join('\n')}\n`);
  writeFileSync(join(directory, 'hostname'), `${hostname}\n`);
  // No name server: the lab has no cluster DNS, and a server that never answers would make every look-up hang.
  writeFileSync(
    join(directory, 'resolv.conf'),
    `search ${namespace}.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5 timeout:1 attempts:1\n`,
  );
}
