import { readFileSync } from 'node:fs';

/**
 * A process that cannot be mistaken for a later one with the same number: the number and the time it started, in clock
 * ticks since boot.
 */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTicks: string;
}

/** The identity of a running process, `undefined` when there is none (or only a zombie). */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  const fields = readStat(pid);
  const startTicks = fields?.[19];
  return startTicks === undefined || fields?.[0] === 'Z' || fields?.[0] === 'X' ? undefined : { pid, startTicks };
}

/**
 * The identity of a child that this process has just started; one that has ended already still has it until it is waited
 * for. `undefined` when it could not be started.
 */
export function identifyChild(pid: number | undefined): ProcessIdentity | undefined {
  const startTicks = pid === undefined ? undefined : readStat(pid)?.[19];
  return pid === undefined || startTicks === undefined ? undefined : { pid, startTicks };
}

/** True while exactly this process runs. */
export function isRunning(process: ProcessIdentity): boolean {
  return identifyProcess(process.pid)?.startTicks === process.startTicks;
}

/** Sends the signal only to exactly this process; false when it is gone. */
export function signalProcess(target: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isRunning(target)) return false;
  try {
    return process.kill(target.pid, signal);
  } catch {
    return false;
  }
}

/** Fields 3... of /proc/PID/stat; the second holds the name, which may hold anything. @see man proc(5) */
function readStat(pid: number): readonly string[] | undefined {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return line.slice(line.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
