import assert from 'node:assert/strict';
import { closeSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { after, before, it } from 'node:test';
import { assemble, encodeProgram } from '../bpf/assemble.ts';
import { alu, exit, load, loadMap, type Statement } from '../bpf/statement.ts';
import { isBpffs, mountBpffs, openPinned, parsePinName, pinName, pinObject, unpin } from './bpf-filesystem.ts';
import { attachTcx, detachLink, replaceLinkProgram, tcxLinkInfo } from './bpf-link.ts';
import { createMap, deleteElement, lookupElement, mapInfo, mapKeys, updateElement } from './bpf-map.ts';
import { loadProgram, openProgram, programInfo } from './bpf-program.ts';
import { createNetns, deleteNetns, inNetns } from './netns.ts';
import { sys, umount } from './syscalls.ts';

const netns = `weft-bpf-${process.pid}`;
const folder = mkdtempSync(`${tmpdir()}/weft-bpf-`);
const lo = 1;
const shape = { name: 'test', type: 'hash', keySize: 4, valueSize: 4, maxEntries: 3 } as const;
const opened: number[] = [];

before(() => {
  createNetns(netns);
  mountBpffs(folder);
});

after(() => {
  for (const fd of opened) closeSync(fd);
  deleteNetns(netns);
  umount(folder, sys.MNT_DETACH);
  rmSync(folder, { recursive: true });
});

it('map: elements written, read, listed, deleted -> as a Map would', () => {
  const map = keep(createMap(shape));
  assert.deepEqual(mapKeys(map, 4), []);
  for (const byte of [1, 2, 3]) updateElement(map, { key: key(byte), value: key(byte * 10) });
  updateElement(map, { key: key(3), value: key(33) });
  assert.deepEqual(lookupElement(map, key(3), 4), key(33));
  assert.equal(lookupElement(map, key(9), 4), undefined);
  assert.deepEqual(
    mapKeys(map, 4).map(String).toSorted(),
    [1, 2, 3].map((byte) => String(key(byte))),
  );
  assert.throws(() => updateElement(map, { key: key(4), value: key(4) }), { code: 'HOST_BPF_E2BIG' });
  for (let times = 0; times < 2; times++) deleteElement(map, key(1));
  assert.equal(mapKeys(map, 4).length, 2);
  assert.equal(mapInfo(map, shape).fits, true);
  assert.equal(mapInfo(map, { ...shape, maxEntries: 4 }).fits, false);
});

it('program: refused by the verifier -> error says what the verifier says', () => {
  const read = [load('u32', 'r0', 'r3', 0), exit()];
  assert.throws(() => program('weft_bad', read), {
    code: 'HOST_BPF_EACCES',
    message: /Cannot load BPF program "weft_bad": EACCES.*R3 !read_ok/s,
  });
});

it('program: loaded -> information has its name and maps', () => {
  const map = keep(createMap(shape));
  const fd = program('weft_good', [loadMap('r1', 'test'), ...answer(-1)], new Map([['test', map]]));
  const info = programInfo(fd);
  assert.equal(info.name, 'weft_good');
  assert.match(info.tag, /^[0-9a-f]{16}$/);
  assert.deepEqual(info.mapIds, [mapInfo(map, shape).id]);
  assert.equal(programInfo(keep(openProgram(info.id))).id, info.id);
});

it('link: attached, swapped, detached -> information follows; a wrong predecessor is refused', () => {
  const [first, second] = [program('weft_first', answer(-1)), program('weft_second', answer(0))];
  const link = keep(inNetns(netns, () => attachTcx(first, lo, 'ingress')));
  assert.deepEqual(tcxLinkInfo(link).programId, programInfo(first).id);
  assert.throws(() => replaceLinkProgram(link, second, second), { code: 'HOST_BPF_EPERM' });
  replaceLinkProgram(link, first, second);
  assert.deepEqual(tcxLinkInfo(link).programId, programInfo(second).id);
  assert.equal(tcxLinkInfo(link).ifindex, lo);
  detachLink(link);
  assert.equal(tcxLinkInfo(link).ifindex, 0);
  assert.throws(() => replaceLinkProgram(link, second, first), { code: 'HOST_BPF_ENOLINK' });
});

it('link: device missing -> refused', () => {
  const fd = program('weft_first', answer(-1));
  assert.throws(() => inNetns(netns, () => attachTcx(fd, 4242, 'ingress')), { code: 'HOST_BPF_ENODEV' });
});

it('filesystem: mounted twice -> one bpffs; pins are found, removed, and removed again', () => {
  mountBpffs(folder);
  assert.equal(isBpffs(folder), true);
  assert.equal(isBpffs(tmpdir()), false);
  assert.equal(isBpffs(`${folder}/none`), false);
  const path = `${folder}/map`;
  assert.equal(openPinned(path), undefined);
  const map = keep(createMap(shape));
  pinObject(map, path);
  assert.throws(() => pinObject(map, path), { code: 'HOST_BPF_EEXIST' });
  assert.equal(mapInfo(keep(openPinned(path) ?? -1), shape).id, mapInfo(map, shape).id);
  for (let times = 0; times < 2; times++) unpin(path);
  assert.equal(openPinned(path), undefined);
});

for (const name of ['tunl0', 'eth0.100', 'a%b', 'a%2e.b', '..']) {
  it(`pin name: device "${name}" -> no dot, and back again`, () => {
    assert.doesNotMatch(pinName(name), /\./);
    assert.equal(parsePinName(pinName(name)), name);
  });
}

function program(name: string, statements: readonly Statement[], maps: ReadonlyMap<string, number> = new Map()) {
  return keep(loadProgram(name, encodeProgram(assemble(name, statements), maps)));
}

function answer(result: number): Statement[] {
  return [alu('r0', '=', result), exit()];
}

function key(byte: number): Uint8Array {
  return Uint8Array.of(byte, 0, 0, 0);
}

function keep(fd: number): number {
  opened.push(fd);
  return fd;
}
