import assert from 'node:assert/strict';
import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createLogger, silentLogger } from '../../base/log.ts';
import type { Change } from './entry.ts';
import { Store } from './store.ts';
import { inspectWal } from './wal-tail.ts';

const directory = mkdtempSync(join(tmpdir(), 'weft-store-'));
after(() => rmSync(directory, { recursive: true, force: true }));
let files = 0;
const newFile = () => join(directory, `${files++}.db`);

const key = (name: string) => ({ resource: 'configmaps', namespace: 'default', name });
const object = (name: string, value: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
  data: { value },
});

function open(file: string, more: object = {}) {
  return Store.open({ file, log: silentLogger, now: () => 0, ...more });
}

test('store: closed and opened again -> same objects, same version, same history', async () => {
  const file = newFile();
  const first = open(file);
  first.put(key('a'), object('a', '1'));
  first.put(key('a'), object('a', '2'));
  first.put(key('b'), object('b', '1'));
  first.remove(key('b'));
  await first.committed();
  first.close();
  const second = open(file);
  assert.equal(second.version, 5);
  assert.deepEqual(
    second.scan('configmaps').map((entry) => [entry.name, entry.version, entry.object.data]),
    [['a', 3, { value: '2' }]],
  );
  assert.deepEqual(
    second.log.since('configmaps', 2).map((change) => [change.type, change.entry.name, change.entry.version]),
    [
      ['MODIFIED', 'a', 3],
      ['ADDED', 'b', 4],
      ['DELETED', 'b', 5],
    ],
  );
  second.close();
});

test('store: many writes in one turn -> one commit, listeners hear them in order after it', async () => {
  const store = open(newFile());
  const heard: (readonly Change[])[] = [];
  store.subscribe((changes) => heard.push(changes));
  for (let i = 0; i < 50; i++) store.put(key(`n${i}`), object(`n${i}`, ''));
  assert.equal(heard.length, 0);
  await store.committed();
  assert.equal(heard.length, 1);
  assert.deepEqual(
    heard[0]?.map((change) => change.entry.version),
    Array.from({ length: 50 }, (_, i) => i + 2),
  );
  store.close();
});

test('store: file full -> 507, memory taken back, later reads and a restart see the old state', async () => {
  const file = newFile();
  const first = open(file);
  first.put(key('kept'), object('kept', '1'));
  first.close();
  const pages = Math.ceil(statSync(file).size / 4096) + 4;
  const store = open(file, { maxPages: pages });
  store.put(key('kept'), object('kept', 'x'.repeat(100_000)));
  store.put(key('other'), object('other', 'y'));
  await assert.rejects(store.committed(), { status: 507, reason: 'InsufficientStorage' });
  assert.deepEqual(store.get(key('kept'))?.object.data, { value: '1' });
  assert.equal(store.get(key('other')), undefined);
  store.put(key('small'), object('small', 'fits'));
  await store.committed();
  store.close();
  const again = open(file);
  assert.deepEqual(
    again.scan('configmaps').map((entry) => entry.name),
    ['kept', 'small'],
  );
  again.close();
});

test('store: retention of 10 events -> floor moves, newest version survives a restart', async () => {
  const file = newFile();
  const store = open(file, { retention: { maxEvents: 10, maxAgeMs: 1e9 } });
  for (let i = 0; i < 30; i++) store.put(key('a'), object('a', String(i)));
  await store.committed();
  store.compact();
  assert.equal(store.log.floor, 21);
  store.close();
  const again = open(file);
  assert.equal(again.version, 31);
  assert.equal(again.log.floor, 21);
  again.close();
});

test('store: second server on the same file -> APISERVER_DATA_BUSY', () => {
  const file = newFile();
  const store = open(file);
  store.put(key('a'), object('a', '1'));
  store.flush();
  assert.throws(() => open(file), { code: 'APISERVER_DATA_BUSY' });
  store.close();
});

/** Copies the live files, as a killed server leaves them behind. */
function crashedCopy(): string {
  const file = newFile();
  const store = open(file);
  for (let i = 0; i < 5; i++) {
    store.put(key(`n${i}`), object(`n${i}`, 'v'));
    store.flush();
  }
  const copy = newFile();
  copyFileSync(file, copy);
  copyFileSync(`${file}-wal`, `${copy}-wal`);
  store.close();
  return copy;
}

const damages: readonly { name: string; damage: (wal: string) => void; kept: number; warns: boolean }[] = [
  { name: 'untouched', damage: () => {}, kept: 5, warns: false },
  { name: 'half a frame appended', damage: (wal) => appendFileSync(wal, Buffer.alloc(1000, 7)), kept: 5, warns: true },
  {
    name: 'garbage frames appended',
    damage: (wal) => appendFileSync(wal, Buffer.alloc(9000, 7)),
    kept: 5,
    warns: true,
  },
  { name: 'last frame cut', damage: (wal) => truncateSync(wal, statSync(wal).size - 100), kept: 4, warns: true },
  {
    name: 'last frame flipped',
    damage: (wal) => {
      const bytes = readFileSync(wal);
      bytes[bytes.length - 50] = (bytes[bytes.length - 50] ?? 0) ^ 0xff;
      writeFileSync(wal, bytes);
    },
    kept: 4,
    warns: true,
  },
  { name: 'zeroes appended', damage: (wal) => appendFileSync(wal, Buffer.alloc(8240)), kept: 5, warns: true },
];
for (const row of damages) {
  test(`store: write-ahead log ${row.name} -> ${row.kept} objects, ${row.warns ? 'one' : 'no'} log line`, () => {
    const file = crashedCopy();
    row.damage(`${file}-wal`);
    const lines: string[] = [];
    const store = open(file, {
      log: createLogger(
        (line) => lines.push(line),
        () => 0,
      ),
    });
    assert.equal(store.scan('configmaps').length, row.kept);
    assert.equal(lines.length, row.warns ? 1 : 0);
    if (row.warns) assert.match(lines[0] ?? '', /torn tail/);
    store.close();
  });
}

test('store: damaged main file -> refused with the remedy, not opened half', () => {
  const file = newFile();
  const store = open(file);
  for (let i = 0; i < 200; i++) store.put(key(`n${i}`), object(`n${i}`, 'v'.repeat(500)));
  store.close();
  const bytes = readFileSync(file);
  bytes.fill(0xa5, 8192, 8192 + 20_000);
  writeFileSync(file, bytes);
  assert.throws(() => open(file), { code: 'APISERVER_DATA_CORRUPT', message: /move it and its -wal file away/ });
});

test('inspectWal: empty file -> nothing valid, nothing torn', () => {
  const file = newFile();
  writeFileSync(file, '');
  assert.deepEqual(inspectWal(file), { validBytes: 0, tornBytes: 0 });
});
