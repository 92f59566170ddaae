import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import type { LogRequest } from '../apiserver/streaming/node-streams.ts';
import { ContainerLog, olderLogFile } from './container-log.ts';
import { formatLogLine, parseLogLine } from './log-line.ts';
import { readLog } from './read-log.ts';

const folder = mkdtempSync(join(tmpdir(), 'weft-log-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
let now = Date.parse('2026-01-02T03:04:05.678Z');

function newLog(): ContainerLog {
  files += 1;
  return new ContainerLog(join(folder, String(files), '0.log'), () => now);
}

const all: LogRequest = {
  ...{ follow: false, previous: false, timestamps: false },
  ...{ tailLines: undefined, since: undefined, limitBytes: undefined, stream: undefined },
};

async function read(log: ContainerLog, request: Partial<LogRequest> = {}): Promise<string> {
  const pieces: Buffer[] = await readLog(log.path, log, { ...all, ...request }).toArray();
  return Buffer.concat(pieces).toString();
}

test('log line: any text without line feed -> itself again', () => {
  const time = '2026-01-02T03:04:05.678000000Z';
  fc.assert(
    fc.property(fc.uint8Array(), fc.boolean(), fc.constantFrom('stdout', 'stderr'), (bytes, complete, stream) => {
      const text = Buffer.from(bytes.map((byte) => (byte === 10 ? 11 : byte)));
      const line = formatLogLine(time, stream, complete, text);
      assert.deepEqual(parseLogLine(line.subarray(0, -1)), { time, stream, complete, text });
    }),
  );
  assert.equal(parseLogLine(Buffer.from('something else')), undefined);
});

test('log: both outputs in pieces -> whole lines with time, output and mark', () => {
  const log = newLog();
  log.write('stdout', Buffer.from('one\ntw'));
  log.write('stderr', Buffer.from('oops\n'));
  log.write('stdout', Buffer.from('o\nlast'));
  log.close();
  const time = '2026-01-02T03:04:05.678000000Z';
  const lines = ['stdout F one', 'stderr F oops', 'stdout F two', 'stdout P last'];
  assert.equal(readFileSync(log.path, 'utf8'), lines.map((line) => `${time} ${line}\n`).join(''));
});

const requests: readonly (readonly [string, Partial<LogRequest>, string])[] = [
  ['all', {}, 'a\nb\nc\nd'],
  ['the last two lines', { tailLines: 2 }, 'c\nd'],
  ['no line', { tailLines: 0 }, ''],
  ['more lines than there are', { tailLines: 99 }, 'a\nb\nc\nd'],
  ['three bytes', { limitBytes: 3 }, 'a\nb'],
  ['one output', { stream: 'stderr' }, 'b\n'],
  ['since a time', { since: Date.parse('2026-01-01T00:00:02Z') }, 'c\nd'],
  ['with times', { tailLines: 1, timestamps: true }, '2026-01-01T00:00:02.000000000Z d'],
];
for (const [name, request, expected] of requests) {
  test(`read log: ${name} -> these`, async () => {
    now = Date.parse('2026-01-01T00:00:01Z');
    const log = newLog();
    log.write('stdout', Buffer.from('a\n'));
    log.write('stderr', Buffer.from('b\n'));
    now = Date.parse('2026-01-01T00:00:02Z');
    log.write('stdout', Buffer.from('c\nd'));
    log.close();
    assert.equal(await read(log, request), expected);
  });
}

test('log: a line of megabytes -> in pieces, one line for the reader', async () => {
  const log = newLog();
  const long = 'x'.repeat(100_000);
  log.write('stdout', Buffer.from(`${long}\nend\n`));
  for (let at = 0; at < long.length; at += 1000) log.write('stdout', Buffer.from(long.slice(at, at + 1000)));
  log.write('stdout', Buffer.from('\n'));
  log.close();
  assert.ok(
    readFileSync(log.path, 'latin1')
      .split('\n')
      .every((line) => line.length < 20_000),
  );
  assert.equal(await read(log), `${long}\nend\n${long}\n`);
  assert.equal(await read(log, { tailLines: 2 }), `end\n${long}\n`);
});

test('log: more than two files hold -> the disk is bounded, the newest lines stay in order', async () => {
  const log = newLog();
  for (let block = 0; block < 200; block++) {
    log.write(
      'stdout',
      Buffer.from(Array.from({ length: 1000 }, (_, line) => `line ${block * 1000 + line}\n`).join('')),
    );
  }
  log.close();
  assert.ok(statSync(log.path).size + statSync(olderLogFile(log.path)).size <= 8.5 * 1024 * 1024);
  const numbers = (await read(log))
    .trimEnd()
    .split('\n')
    .map((line) => Number(line.slice(5)));
  assert.equal(numbers.at(-1), 199_999);
  assert.ok(numbers.every((number, index) => index === 0 || number === (numbers[index - 1] ?? 0) + 1));
});

test('follow: lines before, while and after the file is put aside -> all, in order, then the end', async () => {
  const log = newLog();
  log.write('stdout', Buffer.from('first\n'));
  const reading = read(log, { follow: true });
  let count = 0;
  for (let block = 0; block < 120; block++) {
    log.write('stdout', Buffer.from(Array.from({ length: 1000 }, () => `line ${count++}\n`).join('')));
    await new Promise((resolve) => setImmediate(resolve));
  }
  log.close();
  const lines = (await reading).trimEnd().split('\n');
  assert.ok(log.generation > 0);
  assert.deepEqual(lines, ['first', ...Array.from({ length: count }, (_, index) => `line ${index}`)]);
});

test('follow: reader leaves while nothing is printed -> it ends', async () => {
  const log = newLog();
  log.write('stdout', Buffer.from('a\n'));
  const stream = readLog(log.path, log, { ...all, follow: true });
  for await (const piece of stream) {
    assert.equal(String(piece), 'a\n');
    break;
  }
  assert.ok(stream.destroyed);
  log.close();
});

test('log: opened again by the next kubelet -> goes on behind what is there', async () => {
  const log = newLog();
  log.write('stdout', Buffer.from('before\n'));
  log.close();
  const next = new ContainerLog(log.path, () => now);
  next.write('stdout', Buffer.from('after\n'));
  next.close();
  assert.equal(await read(next), 'before\nafter\n');
});
