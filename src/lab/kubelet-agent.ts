import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { backoffMs } from '../base/retry.ts';
import type { KubeletContext } from './kubelet-context.ts';
import { identifyChild, isRunning, type ProcessIdentity } from './process-identity.ts';

/** How the agent is started. */
export interface AgentCommand {
  readonly command: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly logFile: string;
  /** Remembers the running agent for the next kubelet. */
  readonly identityFile: string;
}

const restartBackoff = { firstMs: 200, maxMs: 10_000 };
const goodRunMs = 30_000;

/**
 * Keeps the node agent running until the signal: started again when it ends, with growing pauses when it ends soon. An
 * agent that an earlier kubelet started is left running.
 */
export async function keepAgentRunning(context: KubeletContext, agent: AgentCommand): Promise<void> {
  let attempt = 0;
  while (!context.signal.aborted) {
    const began = context.clock.monotonicMs();
    const running = readIdentity(agent.identityFile);
    if (running !== undefined && isRunning(running)) await waitForEnd(context, running);
    else await runAgent(context, agent);
    if (context.signal.aborted) return;
    attempt = context.clock.monotonicMs() - began > goodRunMs ? 0 : attempt + 1;
    context.log.warn('the agent ended, starting it again', { attempt });
    await context.clock.sleep(backoffMs(restartBackoff, attempt, Math.random()), context.signal).catch(() => {});
  }
}

function runAgent(context: KubeletContext, agent: AgentCommand): Promise<void> {
  const log = openSync(agent.logFile, 'a');
  const [program = '', ...args] = agent.command;
  return new Promise((resolve) => {
    const child = spawn(program, args, { detached: true, stdio: ['ignore', log, log], env: agent.environment });
    closeSync(log);
    child.on('error', (error) => {
      context.log.error('cannot start the agent', { error });
      resolve();
    });
    child.on('exit', () => resolve());
    const identity = identifyChild(child.pid);
    if (identity !== undefined) writeFileSync(agent.identityFile, JSON.stringify(identity));
  });
}

async function waitForEnd(context: KubeletContext, process: ProcessIdentity): Promise<void> {
  while (isRunning(process) && !context.signal.aborted) {
    await context.clock.sleep(200, context.signal).catch(() => {});
  }
}

function readIdentity(path: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as ProcessIdentity;
  } catch {
    return undefined;
  }
}
