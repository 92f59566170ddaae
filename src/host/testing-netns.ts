import { spawnSync } from 'node:child_process';
import { rmdirSync } from 'node:fs';
import { createNetns, deleteNetns, inNetns } from './netns.ts';

/** A network namespace of a test's own, gone when the variable that holds it goes. */
export interface TestNetns extends Disposable {
  readonly path: string;
}

let made = 0;

/** For tests and benchmarks: a new network namespace with `lo` up, under a name that no other process uses. */
export function testNetns(): TestNetns {
  const folder = `/run/weft-test-${process.pid}-${made++}`;
  const path = `${folder}/net`;
  createNetns(path);
  return {
    path,
    [Symbol.dispose]: () => {
      deleteNetns(path);
      rmdirSync(folder);
    },
  };
}

/** For tests: what a command inside the namespace prints. @throws Error with its standard error when it fails */
export function outputIn(netns: TestNetns, command: string, ...args: string[]): string {
  const { status, stderr, stdout } = inNetns(netns.path, () => spawnSync(command, args, { encoding: 'utf8' }));
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
  return stdout;
}

/** For tests: the objects that `ip -j ...` or `bridge -j ...` lists, to compare our reading of the kernel with theirs. */
export function listedIn(netns: TestNetns, command: 'ip' | 'bridge', ...args: string[]): Record<string, unknown>[] {
  return JSON.parse(outputIn(netns, command, '-j', ...args) || '[]');
}
