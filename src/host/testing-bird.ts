import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { askBird } from './bird-control.ts';
import { type BirdFiles, birdCommand } from './bird-daemon.ts';
import { inNetns } from './netns.ts';

/** How long a BIRD of a test may take to answer for the first time. */
const startLimitMs = 5000;

/** For tests: a BIRD in a network namespace, as its unit starts it. */
export interface TestBird {
  /** The end of what it has logged. */
  readonly log: string;
  /** @returns when it is gone */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

/** For tests: starts a BIRD in a network namespace and waits until it answers. @throws Error with what it said */
export async function startTestBird(netns: string, files: BirdFiles): Promise<TestBird> {
  const [program = '', ...args] = birdCommand(files);
  const child = inNetns(netns, () => spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] }));
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  const end = Date.now() + startLimitMs;
  while (!(await answers(files.socket))) {
    if (child.exitCode !== null || Date.now() > end) throw new Error(`BIRD does not start: ${said}`);
    await sleep(5);
  }
  return {
    get log() {
      return said.slice(-3000);
    },
    end: (signal) => endChild(child, signal),
  };
}

async function answers(socket: string): Promise<boolean> {
  try {
    await askBird(socket, 'show status');
    return true;
  } catch {
    return false;
  }
}

async function endChild(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}
