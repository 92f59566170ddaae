import { spawn } from 'node:child_process';
import { WeftError } from '../base/errors.ts';
import { enterPlace } from './enter-place.ts';
import type { LabProcess } from './lab-state.ts';

/** What to capture, where. */
export interface CaptureOptions {
  readonly init: LabProcess;
  readonly device: string;
  /** A pcap filter. */
  readonly filter: string;
  /** tcpdump's formatting flags; numeric and line buffered are always on. */
  readonly flags?: readonly string[];
  /** Stop after so many packets. */
  readonly count: number;
  readonly timeoutMs?: number;
}

/**
 * Captures packets on a device of a node while `during` runs; the decoded text of at most `count` packets. When fewer
 * came, what came is returned after `during` has ended and the time is up.
 *
 * @throws WeftError LAB_CAPTURE when tcpdump does not listen
 */
export async function capturePackets(options: CaptureOptions, during: () => Promise<unknown>): Promise<string> {
  const flags = ['-l', '-n', '--immediate-mode', '-U', ...(options.flags ?? ['-v', '-e']), '-c', String(options.count)];
  const [program, ...args] = enterPlace(options.init, ['tcpdump', ...flags, '-i', options.device, options.filter]);
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const listening = new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
      if (stderr.includes('listening on')) resolve();
    });
    const fail = (why: string) => reject(new WeftError('LAB_CAPTURE', `Cannot capture on "${options.device}": ${why}`));
    child.once('error', (error) => fail(`${error.message}, run: apt-get install tcpdump`));
    void closed.then(() => fail(stderr.trim()));
  });
  try {
    await listening;
    await during();
    const timer = setTimeout(() => child.kill('SIGINT'), options.timeoutMs ?? 2000);
    await closed;
    clearTimeout(timer);
    return stdout;
  } finally {
    child.kill('SIGKILL');
  }
}
