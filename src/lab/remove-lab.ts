import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import type { LabDirectory } from './directory.ts';
import { endProcesses } from './end-processes.ts';
import { readLabState } from './lab-state.ts';
import { identifyProcess, type ProcessIdentity } from './process-identity.ts';

/** How long a lab's own programs get to end by themselves. They keep nothing that a KILL would lose. */
const graceMs = 1000;

/**
 * Ends every process of a lab and removes its directory; namespaces, devices and mounts go with the processes.
 * Idempotent, and works on what a crashed `lab up` left. True when there was anything.
 *
 * @throws WeftError LAB_PROCESS_STUCK
 */
export async function removeLab(directory: LabDirectory): Promise<boolean> {
  if (!existsSync(directory.path)) return false;
  const recorded = readState(directory);
  const inits = recorded.filter((one) => one.kind === 'init');
  // The first process of a PID namespace ignores TERM; KILL ends everything inside with it.
  await endProcesses(inits, 0);
  await endProcesses(
    recorded.filter((one) => one.kind !== 'init'),
    graceMs,
  );
  // What ran inside a restart loop that is gone now, and what a crashed builder had started but not yet recorded.
  await endProcesses(findUnrecorded(directory), 0);
  rmSync(directory.path, { recursive: true, force: true });
  return true;
}

function readState(directory: LabDirectory) {
  try {
    return readLabState(directory)?.processes ?? [];
  } catch {
    return [];
  }
}

/** Processes whose command line names this lab's directory: only our own start scripts and programs do. */
function findUnrecorded(directory: LabDirectory): readonly ProcessIdentity[] {
  const needle = `${directory.path}/`;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((name) => {
      const words = commandLine(name);
      const ours =
        words.some((word) => word.endsWith('/init.sh')) ||
        words.includes('apiserver-process') ||
        words.includes('controllers');
      if (!ours || !words.some((word) => word === directory.path || word.startsWith(needle))) return [];
      return identifyProcess(Number(name)) ?? [];
    });
}

function commandLine(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
