import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { errorText, hasCode, WeftError } from './errors.ts';
import { fileErrorText } from './file-error-text.ts';
import { runCleanup } from './lifecycle.ts';
import { createLogger } from './log.ts';
import { backoffMs } from './retry.ts';

test('error text: causes -> appended in order', () => {
  const error = new WeftError('A', 'Cannot do A', { cause: new Error('Cannot do B', { cause: 'disk full' }) });
  assert.equal(errorText(error), 'Cannot do A: Cannot do B: disk full');
  assert.equal(errorText(new Error('Cannot do A: no disk', { cause: new Error('no disk') })), 'Cannot do A: no disk');
  assert.ok(hasCode(error, 'A') && hasCode(error, 'B', 'A') && !hasCode(error, 'B') && !hasCode(new Error('A'), 'A'));
});

test('file error text: of a call of the system -> without call and path', () => {
  const table: readonly [thrown: string, text: string][] = [
    ["ENOENT: no such file or directory, open '/x, y/z'", 'no such file or directory'],
    ['EISDIR: illegal operation on a directory, read', 'illegal operation on a directory'],
    ['Unexpected token, open', 'Unexpected token, open'],
  ];
  for (const [thrown, text] of table) assert.equal(fileErrorText(new Error(thrown)), text);
});

test('logger: level below the least -> dropped; fields of parents and errors -> in the line', () => {
  const lines: string[] = [];
  const log = createLogger(
    (line) => lines.push(line),
    () => 0,
    'info',
    { node: 'node1' },
  );
  log.debug('dropped');
  log.child({ pod: 'a' }).warn('Pod is late', { ms: 3, error: new Error('why'), size: 7n });
  assert.deepEqual(
    lines.map((line) => JSON.parse(line)),
    [
      {
        time: '1970-01-01T00:00:00.000Z',
        level: 'warn',
        msg: 'Pod is late',
        node: 'node1',
        pod: 'a',
        ms: 3,
        error: 'why',
        size: '7',
      },
    ],
  );
});

test('back-off: any attempt -> between half and whole, never above the cap, never immediate', () => {
  fc.assert(
    fc.property(fc.nat(1000), fc.double({ min: 0, max: 0.999999, noNaN: true }), (attempt, random) => {
      const ms = backoffMs({ firstMs: 10, maxMs: 1000 }, attempt, random);
      const whole = Math.min(1000, 10 * 2 ** Math.min(attempt, 30));
      assert.ok(ms >= whole / 2 && ms <= whole);
    }),
  );
});

test('cleanup: steps fail -> all run, last first, one error names each', async () => {
  const ran: string[] = [];
  const step = (name: string, fail: boolean) => ({
    name,
    run: () => {
      ran.push(name);
      if (fail) throw new Error(`no ${name}`);
    },
  });
  await assert.rejects(runCleanup([step('a', true), step('b', false), step('c', true)]), /c: no c; a: no a/);
  assert.deepEqual(ran, ['c', 'b', 'a']);
});
