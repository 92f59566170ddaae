import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { silentLogger } from '../base/log.ts';
import { systemClock } from '../datastore/system-clock.ts';
import { writeFileAtomically, writeFileWhenDifferent } from '../host/atomic-file.ts';
import { parseEndpointRecord } from './endpoint-record.ts';
import { Endpoints } from './endpoints.ts';
import { KeyedLock } from './keyed-lock.ts';
import { RecordFolder } from './record-folder.ts';
import { ReleaseQueue } from './release-queue.ts';

const directory = mkdtempSync(join(tmpdir(), 'weft-records-'));
after(() => rmSync(directory, { recursive: true, force: true }));
let folders = 0;
const folder = (): string => join(directory, `f${folders++}`);

test('atomic file: written -> the text is there, no temporary file is left', () => {
  const path = join(folder(), 'a.conflist');
  writeFileAtomically(path, 'one');
  writeFileAtomically(path, 'two');
  assert.equal(readFileSync(path, 'utf8'), 'two');
  assert.deepEqual(readdirSync(join(path, '..')), ['a.conflist']);
});

test('atomic file: same text again -> not written; cut short by others -> written', () => {
  const path = join(folder(), 'mtu');
  assert.equal(writeFileWhenDifferent(path, '1450'), true);
  assert.equal(writeFileWhenDifferent(path, '1450'), false);
  writeFileSync(path, '');
  assert.equal(writeFileWhenDifferent(path, '1450'), true);
});

test('atomic file: target is a folder -> HOST_WRITE names it, no temporary file is left', () => {
  const path = folder();
  writeFileAtomically(join(path, 'sub', 'x'), '');
  assert.throws(() => writeFileAtomically(join(path, 'sub'), 'text'), /Cannot write file ".*sub"/);
  assert.deepEqual(readdirSync(path), ['sub']);
});

test('record folder: names that no file can have -> kept inside, found again, removed', () => {
  const path = folder();
  const records = new RecordFolder(path, String);
  const names = ['../x', '', '.hidden', 'a/b', 'x'.repeat(300), 'c1@eth%d'];
  for (const name of names) records.write(name, name);
  assert.equal(readdirSync(path).length, names.length);
  assert.deepEqual([...records.readAll().records.values()].toSorted(), names.toSorted());
  for (const name of names) records.remove(name);
  assert.deepEqual(readdirSync(path), []);
});

const record = (containerId: string, addedAt: string, device = 'cali1') => {
  const parsed = parseEndpointRecord({
    endpoint: {
      containerId,
      namespace: 'default',
      pod: 'web',
      device,
      addresses: ['10.24.0.5'],
      mac: 'ee:ee:ee:ee:ee:ee',
    },
    networkName: 'net',
    handle: `net.${containerId}`,
    wiring: { netnsPath: '/ns', ifName: 'eth0', mtuBytes: 1450 },
    addedAt,
  });
  assert.ok(parsed !== undefined);
  return parsed;
};

test('endpoints: restarted -> all records are there; a broken file is named and left alone', () => {
  const run = folder();
  const first = new Endpoints(run);
  first.put(record('c1', '2026-01-01T00:00:00Z'));
  writeFileSync(join(run, 'endpoints', 'broken.json'), '{"half');
  const second = new Endpoints(run);
  assert.deepEqual(second.all(), first.all());
  assert.deepEqual(second.broken, ['broken.json']);
  assert.ok(existsSync(join(run, 'endpoints', 'broken.json')));
});

test('endpoints: two containers on one device -> the later one has it, and both know it is shared', () => {
  const endpoints = new Endpoints(folder());
  const [old, fresh] = [record('z-old', '2026-01-01T00:00:00Z'), record('a-new', '2026-01-02T00:00:00Z')];
  endpoints.put(fresh);
  endpoints.put(old);
  assert.deepEqual(endpoints.current(), [fresh]);
  assert.ok(endpoints.isShared(old) && endpoints.isShared(fresh));
  endpoints.remove(old);
  assert.ok(!endpoints.isShared(fresh));
});

test('keyed lock: overlapping keys -> one after the other, others side by side, never a deadlock', async () => {
  const lock = new KeyedLock();
  const order: string[] = [];
  const work = (name: string, keys: readonly string[]) =>
    lock.run(keys, async () => {
      order.push(`+${name}`);
      await new Promise((resolve) => setImmediate(resolve));
      order.push(`-${name}`);
    });
  await Promise.all([work('ab', ['a', 'b']), work('ba', ['b', 'a']), work('c', ['c'])]);
  assert.deepEqual(
    order,
    ['+ab', '+c', '-ab', '-c', '+ba', '-ba'].toSorted((x, y) => order.indexOf(x) - order.indexOf(y)),
  );
  assert.ok(order.indexOf('-ab') < order.indexOf('+ba'));
  assert.ok(order.indexOf('+c') < order.indexOf('-ab'));
});

test('keyed lock: work throws -> the next one runs', async () => {
  const lock = new KeyedLock();
  await assert.rejects(lock.run(['a'], () => Promise.reject(new Error('boom'))));
  assert.equal(await lock.run(['a'], async () => 1), 1);
});

function makeQueue(run: string, release: (handle: string) => Promise<unknown>): ReleaseQueue {
  return new ReleaseQueue({
    runDirectory: run,
    release,
    possible: () => true,
    clock: systemClock,
    random: () => 0,
    log: silentLogger,
    onSize: () => {},
  });
}

test('release queue: server away -> kept on disk, tried again after a restart', async () => {
  const run = folder();
  const away = makeQueue(run, () => Promise.reject(new Error('refused')));
  await away.release('net.c1');
  assert.equal(away.size, 1);
  const released: string[] = [];
  const back = makeQueue(run, async (handle) => released.push(handle));
  assert.equal(back.size, 1);
  await back.start(new AbortController().signal);
  while (back.size > 0) await new Promise((resolve) => setImmediate(resolve));
  await back.stop();
  assert.deepEqual(released, ['net.c1']);
  assert.deepEqual(readdirSync(join(run, 'releases')), []);
});

test('release queue: handle wanted again -> not released any more', async () => {
  const run = folder();
  let away = true;
  const released: string[] = [];
  const queue = makeQueue(run, async (handle) => {
    if (away) throw new Error('refused');
    released.push(handle);
  });
  await queue.release('net.c1');
  away = false;
  await queue.keep('net.c1');
  await queue.start(new AbortController().signal);
  queue.retry();
  await new Promise((resolve) => setImmediate(resolve));
  await queue.stop();
  assert.deepEqual([released, queue.size], [[], 0]);
});

test('release queue: server says nothing -> the caller is let go after its patience', async () => {
  const queue = makeQueue(folder(), () => new Promise(() => {}));
  await queue.release('net.c1', 10);
  assert.equal(queue.size, 1);
});
