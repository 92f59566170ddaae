import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pod } from '../api/core.ts';
import { WeftError } from '../base/errors.ts';
import { containerEntry } from './container-entry.ts';
import { labDirectory } from './directory.ts';
import { enterPlace } from './enter-place.ts';
import { type LabState, requirePlace } from './lab-state.ts';
import { podHostname } from './pod-files.ts';
import type { PodRecord } from './pod-record.ts';

/**
 * The command line that runs a command in a container of a pod: in the container's own namespaces when it is a process,
 * else in the pod's network namespace with the pod's files, as the container would see them.
 *
 * @param container the first one when absent
 * @throws WeftError LAB_POD when the pod does not run, or has no such container
 */
export function enterPod(
  state: LabState,
  pod: Pod,
  container: string | undefined,
  command: readonly string[],
): readonly [string, ...string[]] {
  const fail = (why: string): never => {
    throw new WeftError('LAB_POD', `Cannot enter pod "${pod.metadata.namespace}/${pod.metadata.name}": ${why}`);
  };
  const node = pod.spec.nodeName ?? fail('it is not on a node yet');
  const names = pod.spec.containers.map((one) => one.name);
  const name = container ?? names[0] ?? '';
  if (!names.includes(name)) fail(`it has no container "${name}", one of ${names.join(', ')} needed`);
  const init = requirePlace(state, node);
  const uid = pod.metadata.uid ?? '';
  const outside = join(labDirectory(state.topology.name).nodeRun(node), 'weft', 'kubelet', 'pods', uid);
  const record = readRecord(join(outside, 'pod.json')) ?? fail(`it does not run (${pod.status?.phase ?? 'Pending'})`);
  const netns = record.sandbox?.attachment.netns;
  if (netns === undefined && pod.spec.hostNetwork !== true) fail('it has no network yet');
  if (record.containers[name] === undefined) fail(`its container "${name}" does not run`);
  const place = { directory: join('/run/weft/kubelet/pods', uid), hostname: podHostname(pod, node), netns };
  if (record.containers[name]?.process === undefined) {
    return enterPlace(init, containerEntry({ ...place, pid: undefined }, command));
  }
  const status = pod.status?.containerStatuses?.find((one) => one.name === name);
  // Its number may belong to somebody else by now.
  if (status?.state?.running === undefined) fail(`its container "${name}" does not run`);
  const pid = readText(join(outside, `${name}.pid`))?.trim() ?? fail(`its container "${name}" does not run`);
  return enterPlace(init, containerEntry({ ...place, pid }, command));
}

function readRecord(path: string): PodRecord | undefined {
  const text = readText(path);
  return text === undefined ? undefined : (JSON.parse(text) as PodRecord);
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
