import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedRead } from './shared-read.ts';

test('shared read: asked during a read -> the next one, shared; a failure concerns those who asked for it', async () => {
  const reads: { resolve: (value: number) => void; reject: (error: Error) => void }[] = [];
  const shared = new SharedRead(
    () =>
      new Promise<number>((resolve, reject) => {
        reads.push({ resolve, reject });
      }),
  );
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const first = shared.read();
  await turn();
  const second = [shared.read(), shared.read()];
  await turn();
  assert.equal(reads.length, 1);
  reads[0]?.reject(new Error('no'));
  await assert.rejects(first, /no/);
  await turn();
  assert.equal(reads.length, 2);
  const third = shared.read();
  reads[1]?.resolve(2);
  assert.deepEqual(await Promise.all(second), [2, 2]);
  await turn();
  reads[2]?.resolve(3);
  assert.equal(await third, 3);
});
