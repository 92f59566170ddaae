import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { identifyProcess, isRunning, type ProcessIdentity, signalProcess } from './process-identity.ts';

/**
 * Ends a process with everything it started: its descendants and whoever is in a session that one of them leads. HUP and
 * TERM first, KILL after `graceMs`.
 */
export async function killTree(root: ProcessIdentity, graceMs = 1000): Promise<void> {
  const found = listTree(root);
  for (const one of found) {
    signalProcess(one, 'SIGHUP');
    signalProcess(one, 'SIGTERM');
    signalProcess(one, 'SIGCONT');
  }
  const end = performance.now() + graceMs;
  while (found.some(isRunning) && performance.now() < end) await sleep(20);
  const late = new Map([...found, ...found.flatMap(listTree)].map((one) => [one.pid, one]));
  for (const one of late.values()) signalProcess(one, 'SIGKILL');
  // A killed process ends a moment later, but for one that hangs in the kernel.
  const gone = performance.now() + 1000;
  while ([...late.values()].some(isRunning) && performance.now() < gone) await sleep(2);
}

function listTree(root: ProcessIdentity): readonly ProcessIdentity[] {
  if (!isRunning(root)) return [];
  const all = listProcesses();
  const tree = new Set([root.pid]);
  // Children come after their parents in number only mostly: until nothing is added.
  for (let size = 0; size !== tree.size; ) {
    size = tree.size;
    for (const one of all) if (tree.has(one.parent) || tree.has(one.session)) tree.add(one.pid);
  }
  return [...tree].flatMap((pid) => identifyProcess(pid) ?? []);
}

interface ListedProcess {
  readonly pid: number;
  readonly parent: number;
  readonly session: number;
}

function listProcesses(): readonly ListedProcess[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const line = readFileSync(`/proc/${name}/stat`, 'utf8');
      const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
      return [{ pid: Number(name), parent: Number(fields[1]), session: Number(fields[3]) }];
    } catch {
      return [];
    }
  });
}
