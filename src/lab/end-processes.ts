import { setTimeout as sleep } from 'node:timers/promises';
import { WeftError } from '../base/errors.ts';
import { isRunning, type ProcessIdentity, signalProcess } from './process-identity.ts';

/**
 * Ends exactly these processes: TERM, then KILL after `graceMs`, and waits until all are gone. Processes that ended
 * before are no error.
 *
 * @throws WeftError LAB_PROCESS_STUCK when one outlives its KILL by 5 s
 */
export async function endProcesses(processes: readonly ProcessIdentity[], graceMs: number): Promise<void> {
  for (const one of processes) signalProcess(one, 'SIGTERM');
  if (await allGone(processes, graceMs)) return;
  for (const one of processes) signalProcess(one, 'SIGKILL');
  if (await allGone(processes, 5000)) return;
  const stuck = processes.filter(isRunning).map((one) => one.pid);
  throw new WeftError('LAB_PROCESS_STUCK', `Cannot end process "${stuck.join(', ')}": still there after SIGKILL`);
}

async function allGone(processes: readonly ProcessIdentity[], limitMs: number): Promise<boolean> {
  const end = performance.now() + limitMs;
  while (processes.some(isRunning)) {
    if (performance.now() > end) return false;
    await sleep(5);
  }
  return true;
}
