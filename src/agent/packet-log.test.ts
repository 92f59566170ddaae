import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLogger } from '../base/log.ts';
import type { PacketNote } from '../desired/packet-note.ts';
import { PacketLog } from './packet-log.ts';

const denied: PacketNote = {
  ...{ kind: 'denied', direction: 'ingress', reason: 'tier-end', tier: 'default', source: '10.0.0.1' },
  ...{ destination: '10.0.0.2', protocol: 'TCP', destinationPort: 81 },
};

/** A log on a clock that the test moves; `pass` ends one sleep. */
function make() {
  let nowMs = 1_700_000_000_000;
  let wake = (): void => {};
  const lines: Record<string, unknown>[] = [];
  const clock = {
    now: () => nowMs,
    monotonicMs: () => nowMs,
    sleep: () =>
      new Promise<void>((resolve) => {
        wake = resolve;
      }),
  };
  const log = new PacketLog({
    clock,
    log: createLogger(
      (line) => lines.push(JSON.parse(line)),
      () => nowMs,
    ),
  });
  log.start(new AbortController().signal);
  const pass = async (ms: number): Promise<void> => {
    nowMs += ms;
    wake();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { log, lines, pass };
}

test('packet log: one connection tried again and again -> one line, then one with the count ten seconds later', async () => {
  const { log, lines, pass } = make();
  for (let port = 1000; port < 1005; port++) log.note({ ...denied, sourcePort: port });
  assert.deepEqual(
    lines.map(({ msg, count, destinationPort, sourcePort }) => [msg, count, destinationPort, sourcePort]),
    [['packet denied', 1, 81, 1000]],
  );
  await pass(9000);
  assert.equal(lines.length, 1);
  await pass(1500);
  assert.deepEqual(
    lines.slice(1).map(({ count }) => count),
    [4],
  );
  await pass(60_000);
  assert.equal(lines.length, 2, 'nothing new, nothing told');
  assert.deepEqual(
    log.recent('denied').map(({ count, firstSeen, lastSeen }) => [count, firstSeen === lastSeen]),
    [[5, true]],
  );
});

test('packet log: a flood of different packets -> at most ten lines a second, the latest 200 kept, the rest counted', async () => {
  const { log, lines, pass } = make();
  for (let port = 1; port <= 500; port++) log.note({ ...denied, destinationPort: port });
  assert.equal(lines.length, 10);
  const kept = log.recent('denied');
  assert.deepEqual([kept.length, kept[0]?.destinationPort, kept.at(-1)?.destinationPort], [200, 500, 301]);
  await pass(1000);
  assert.equal(lines.length, 20);
  assert.equal(lines[10]?.untold, 290, 'those that were forgotten without a line');
  assert.equal(lines[11]?.untold, undefined);
});

test('packet log: Log rules -> lines of their own, apart from what is denied', () => {
  const { log, lines } = make();
  log.note({ ...denied, kind: 'logged', policy: 'gnp/watch', rule: 0, verdict: 'allowed' });
  log.note(denied);
  assert.deepEqual(
    lines.map(({ msg, policy, verdict }) => [msg, policy, verdict]),
    [
      ['policy log', 'gnp/watch', 'allowed'],
      ['packet denied', undefined, undefined],
    ],
  );
  assert.deepEqual([log.recent('denied').length, log.recent('logged').length], [1, 1]);
});
