import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { backoffMs } from '../base/retry.ts';
import { writeFileAtomically } from '../host/atomic-file.ts';
import type { KubeletContext } from './kubelet-context.ts';
import { identifyChild, isRunning, type ProcessIdentity } from './process-identity.ts';

/** A program of the node that must always run. */
export interface NodeProgram {
  /** For the kubelet's log: `agent`. */
  readonly name: string;
  readonly command: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly logFile: string;
  /** Remembers the running program for the next kubelet. */
  readonly identityFile: string;
}

const restartBackoff = { firstMs: 200, maxMs: 10_000 };
const goodRunMs = 30_000;
const lookEveryMs = 50;

/**
 * Keeps a program of the node running until the signal, as its unit would: started again when it ends, with growing
 * pauses when it ends soon time after time. It outlives the kubelet; one that an earlier kubelet started is left running.
 */
export async function keepRunning(context: KubeletContext, program: NodeProgram): Promise<void> {
  let shortRuns = 0;
  while (!context.signal.aborted) {
    const began = context.clock.monotonicMs();
    const running = readIdentity(program.identityFile);
    if (running !== undefined && isRunning(running)) await waitForEnd(context, running);
    else await runToEnd(context, program);
    if (context.signal.aborted) return;
    if (context.clock.monotonicMs() - began > goodRunMs) shortRuns = 0;
    context.log.warn(`${program.name} ended, starting it again`, { shortRuns });
    await context.clock.sleep(backoffMs(restartBackoff, shortRuns++, Math.random()), context.signal).catch(() => {});
  }
}

function runToEnd(context: KubeletContext, { name, logFile, ...program }: NodeProgram): Promise<void> {
  const log = openSync(logFile, 'a');
  const [file = '', ...args] = program.command;
  return new Promise((resolve) => {
    const child = spawn(file, args, { detached: true, stdio: ['ignore', log, log], env: program.environment });
    closeSync(log);
    child.on('error', (error) => {
      context.log.error(`cannot start ${name}`, { error });
      resolve();
    });
    child.on('exit', () => resolve());
    const identity = identifyChild(child.pid);
    if (identity !== undefined) writeFileAtomically(program.identityFile, JSON.stringify(identity));
  });
}

async function waitForEnd(context: KubeletContext, process: ProcessIdentity): Promise<void> {
  while (isRunning(process) && !context.signal.aborted) {
    await context.clock.sleep(lookEveryMs, context.signal).catch(() => {});
  }
}

function readIdentity(path: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as ProcessIdentity;
  } catch {
    return undefined;
  }
}
