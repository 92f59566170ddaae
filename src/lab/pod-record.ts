import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CniNetwork } from './cni-network.ts';
import type { CniAddResult, CniAttachment } from './cni-runtime.ts';
import type { ProcessIdentity } from './process-identity.ts';

/** What the kubelet remembers of a pod across its own restart: one `pod.json` per pod directory. */
export interface PodRecord {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly startTime: string;
  /** Absent on the host network and before the sandbox exists. */
  readonly sandbox?: SandboxRecord;
  readonly containers: Readonly<Record<string, ContainerRecord>>;
}

/** The network side of a pod. */
export interface SandboxRecord {
  readonly attachment: CniAttachment;
  /** The configuration ADD was done with: DEL must use the same. */
  readonly network: CniNetwork;
  /** Absent while the ADD is under way: a restart in between undoes it. */
  readonly result?: CniAddResult;
  readonly podIps: readonly string[];
}

/** One container's process, when it has one. */
export interface ContainerRecord {
  readonly restartCount: number;
  readonly startedAt: string;
  /** The `unshare` that waits for the container. */
  readonly process?: ProcessIdentity;
}

/** The directory of a pod: record, hosts, hostname, resolv.conf, container files. */
export function podDirectory(podsDirectory: string, uid: string): string {
  return join(podsDirectory, uid);
}

/** Writes the record; a reader sees the old or the new one. */
export function writePodRecord(podsDirectory: string, record: PodRecord): void {
  const directory = podDirectory(podsDirectory, record.uid);
  mkdirSync(directory, { recursive: true });
  const path = join(directory, 'pod.json');
  writeFileSync(`${path}.draft`, JSON.stringify(record));
  renameSync(`${path}.draft`, path);
}

/** All records; directories without a readable one are removed. */
export function readPodRecords(podsDirectory: string): readonly PodRecord[] {
  if (!existsSync(podsDirectory)) return [];
  return readdirSync(podsDirectory).flatMap((uid) => {
    try {
      return [JSON.parse(readFileSync(join(podsDirectory, uid, 'pod.json'), 'utf8')) as PodRecord];
    } catch {
      rmSync(join(podsDirectory, uid), { recursive: true, force: true });
      return [];
    }
  });
}

/** Forgets a pod and its files. */
export function removePodRecord(podsDirectory: string, uid: string): void {
  rmSync(podDirectory(podsDirectory, uid), { recursive: true, force: true });
}
