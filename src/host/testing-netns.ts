import { rmdirSync } from 'node:fs';
import { createNetns, deleteNetns } from './netns.ts';

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
