import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { softwareEnvironment } from './router-software.ts';

const root = mkdtempSync(join(tmpdir(), 'weft-software-'));
after(() => rmSync(root, { recursive: true, force: true }));
const places = { unpacked: join(root, 'unpacked'), machine: join(root, 'machine') };

function put(file: string): void {
  const path = join(root, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '');
}

test('software: nowhere -> the command that brings it', () => {
  assert.throws(() => softwareEnvironment('frr', places), {
    code: 'LAB_MISSING_SOFTWARE',
    message:
      'Cannot run a router with software "frr": it is not on this machine, run: node scripts/unpack-debian.mjs frr (or: apt-get install frr)',
  });
});

test('software: BIRD 1.6 nowhere, BIRD 2 installed -> not taken for it', () => {
  put('machine/usr/sbin/bird');
  assert.throws(() => softwareEnvironment('bird1', places), {
    message:
      'Cannot run a router with software "bird1": it is not on this machine, run: node scripts/unpack-debian.mjs bird',
  });
  assert.match(softwareEnvironment('bird', places).PATH ?? '', /machine\/usr\/sbin:/);
});

test('software: unpacked beside -> its programs, libraries and modules first', () => {
  put('unpacked/frr/usr/lib/frr/bgpd');
  put('unpacked/frr/usr/lib/x86_64-linux-gnu/frr/libfrr.so.0');
  put('machine/usr/lib/frr/bgpd');
  const { PATH, LD_LIBRARY_PATH } = softwareEnvironment('frr', places);
  assert.ok(PATH?.startsWith(`${places.unpacked}/frr/usr/sbin:`));
  const libraries = `${places.unpacked}/frr/usr/lib/x86_64-linux-gnu`;
  assert.equal(LD_LIBRARY_PATH, `${libraries}:${libraries}/frr`);
  put('unpacked/exabgp/usr/sbin/python3-exabgp');
  const { PYTHONPATH } = softwareEnvironment('exabgp', places);
  assert.equal(PYTHONPATH, `${places.unpacked}/exabgp/usr/lib/python3/dist-packages`);
});
