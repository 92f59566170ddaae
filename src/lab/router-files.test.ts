import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { RouterSoftware } from './lab-router.ts';
import { routerDirectory, routerPrograms } from './router-files.ts';
import { softwareEnvironment } from './router-software.ts';
import { computeTopology } from './topology.ts';

const scratch = mkdtempSync(join(tmpdir(), 'weft-routers-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

const routers = [
  { name: 'tor-bird', software: 'bird', announce: ['172.20.0.0/24'], password: 'pass-1', bfd: true },
  { name: 'tor-bird1', software: 'bird1', announce: ['172.20.1.0/24'], password: 'pass-1' },
  { name: 'tor-frr', software: 'frr', announce: ['172.20.2.0/24', 'fd00:20::/64'], password: 'pass-1', bfd: true },
  {
    name: 'tor-gobgp',
    software: 'gobgp',
    announce: ['172.20.3.0/24'],
    password: 'pass-1',
    peers: ['node1', 'tor-bird'],
  },
  { name: 'tor-exabgp', software: 'exabgp', announce: ['172.20.4.0/24'], password: 'pass-1' },
  { name: 'rr-bird', software: 'bird', reflector: true },
  { name: 'rr-bird1', software: 'bird1', reflector: true },
  { name: 'rr-frr', software: 'frr', reflector: true },
  { name: 'rr-gobgp', software: 'gobgp', reflector: true },
] as const;
const topology = computeTopology({ mode: 'bgp', nodes: 2, ipv6: true, routers });

const frrCheck = `
{ cat /etc/group; echo frrvty:x:85:root; } > "$2"
mount --bind "$2" /etc/group
exec bgpd -C -u root -g root -f "$1"`;

/** How each software says that it can read a configuration. */
const checks: Readonly<Record<RouterSoftware, (file: string) => readonly string[]>> = {
  bird: (file) => ['bird', '-p', '-c', file],
  bird1: (file) => ['bird', '-p', '-c', file],
  // As in a router's place, /etc/group has FRR's group.
  frr: (file) => ['unshare', '--mount', 'sh', '-c', frrCheck, 'check', file, join(scratch, 'group')],
  gobgp: (file) => ['gobgpd', '-d', '-t', 'toml', '-f', file],
  exabgp: (file) => ['python3', '-m', 'exabgp', '--test', file],
};
const mainFile: Readonly<Record<RouterSoftware, string>> = {
  bird: 'bird.conf',
  bird1: 'bird.conf',
  frr: 'bgpd.conf',
  gobgp: 'gobgpd.toml',
  exabgp: 'exabgp.conf',
};

for (const router of topology.routers) {
  test(`configuration of ${router.name}: golden file, accepted by ${router.software}`, () => {
    const { files } = routerPrograms(router, '/bin/cat');
    const text = files[mainFile[router.software]] ?? '';
    const golden = join(import.meta.dirname, 'testdata', `${router.name}.conf`);
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(golden, text);
    assert.equal(text, readFileSync(golden, 'utf8'));
    const file = join(scratch, router.name);
    writeFileSync(file, text);
    const [program = '', ...args] = checks[router.software](file);
    execFileSync('env', [...environmentWords(router.software), program, ...args], { stdio: 'pipe' });
  });
}

function environmentWords(software: RouterSoftware): readonly string[] {
  return Object.entries(softwareEnvironment(software)).map(([name, value]) => `${name}=${value}`);
}

test('programs: every file that a command line names -> written', () => {
  for (const router of topology.routers) {
    const { files, programs } = routerPrograms(router, '/usr/bin/weft');
    const named = Object.values(programs).flatMap((words) =>
      words.filter((word) => word.startsWith(`${routerDirectory}/`)),
    );
    assert.ok(named.length > 0, router.name);
    for (const path of named) assert.ok(files[path.slice(routerDirectory.length + 1)] !== undefined, path);
  }
});
