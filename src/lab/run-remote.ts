import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { exitStatus } from '../apiserver/streaming/exit-status.ts';
import type { RemoteRun } from '../apiserver/streaming/node-streams.ts';
import type { RemoteStreams } from '../apiserver/streaming/remote-command.ts';
import type { CommandProcess } from './command-process.ts';

/** A background job that keeps the output open is not waited for longer than this without a word. */
const silenceMs = 500;

/**
 * Connects a command with its client until it ends; a client that goes away ends it.
 *
 * @param start called when the client's streams stand
 */
export function runRemote(start: () => CommandProcess, tty: boolean): RemoteRun {
  return async (streams: RemoteStreams) => {
    const command = start();
    const left = () => void command.kill().finally(() => command.close());
    streams.gone.addEventListener('abort', left, { once: true });
    if (streams.gone.aborted) left();
    streams.onResize(({ columns, rows }) => command.resize(columns, rows));
    // The end of the client's input ends a pipe; a terminal goes on, as it does when a person stops typing.
    if (command.stdin !== undefined) streams.stdin?.pipe(command.stdin, { end: !tty });
    // Input that nobody reads any more is still taken: behind it come window sizes and the client's farewell.
    const discard = () => void streams.stdin?.unpipe().resume();
    command.stdin?.once('close', discard);
    const outputs = [copy(command.stdout, streams.stdout), copy(command.stderr, streams.stderr)];
    const code = await command.ended;
    discard();
    await Promise.race([Promise.all(outputs.map((one) => one.done)), untilSilent(outputs)]);
    streams.gone.removeEventListener('abort', left);
    command.close();
    return exitStatus(code);
  };
}

interface Copy {
  readonly done: Promise<void>;
  /** Bytes that wait on our side. */
  held(): number;
  readonly progress: () => number;
}

function copy(from: Readable | undefined, to: Writable | undefined): Copy {
  let seen = 0;
  from?.on('data', (chunk: Buffer) => {
    seen += chunk.length;
  });
  if (from === undefined) return { done: Promise.resolve(), held: () => 0, progress: () => 0 };
  if (to === undefined) {
    return { done: new Promise((resolve) => from.once('close', resolve)), held: () => 0, progress: () => seen };
  }
  return {
    done: pipeline(from, to).catch(() => {}),
    held: () => (from.destroyed || to.destroyed ? 0 : from.readableLength + to.writableLength),
    progress: () => seen,
  };
}

async function untilSilent(outputs: readonly Copy[]): Promise<void> {
  const total = () => outputs.reduce((sum, one) => sum + one.progress(), 0);
  for (let before = -1; before !== total() || outputs.some((one) => one.held() > 0); ) {
    before = total();
    await sleep(silenceMs);
  }
}
