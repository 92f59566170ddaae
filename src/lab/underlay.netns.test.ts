import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { type LabDirectory, labDirectory } from './directory.ts';
import { enterPlace } from './enter-place.ts';
import { type LabProcess, type LabState, writeLabState } from './lab-state.ts';
import { isRunning } from './process-identity.ts';
import { removeLab } from './remove-lab.ts';
import { startPlace } from './start-place.ts';
import { computeTopology } from './topology.ts';
import { labPlaces, wireUnderlay } from './underlay.ts';

const topology = computeTopology({ name: `ut${process.pid}`, crossSubnet: true, ipv6: true, nodes: 3, mtu: 1400 });
const directory: LabDirectory = labDirectory(topology.name);
let processes: readonly LabProcess[] = [];
const linksBefore = execFileSync('ip', ['-o', 'link'], { encoding: 'utf8' });

before(async () => {
  processes = (
    await Promise.all(labPlaces(topology).map((place) => startPlace(directory, place, '127.0.0.1 localhost\n')))
  ).flat();
  writeLabState(directory, { version: 1, phase: 'running', topology, createdAt: '', processes } satisfies LabState);
  wireUnderlay(topology, (place) => init(place).pid);
});

after(() => removeLab(directory));

function init(place: string): LabProcess {
  const found = processes.find((one) => one.kind === 'init' && one.place === place);
  assert.ok(found);
  return found;
}

function inPlace(place: string, ...command: string[]): string {
  const [program, ...args] = enterPlace(init(place), command);
  return execFileSync(program, args, { encoding: 'utf8' });
}

test('underlay: node on the first segment -> reaches its peers, the other segment and the outside', () => {
  for (const target of ['192.168.122.21', '192.168.123.22', '203.0.113.10', 'fd00:192:168:123::22']) {
    inPlace('master', 'ping', '-c1', '-W2', target);
  }
});

test('underlay: node device -> eth0 with address, MTU, speaking MAC and a default route', () => {
  const [link] = JSON.parse(inPlace('node2', 'ip', '-j', 'addr', 'show', 'eth0'));
  assert.equal(link.mtu, 1400);
  assert.equal(link.address, '52:54:c0:a8:7b:16');
  assert.equal(link.addr_info[0].local, '192.168.123.22');
  assert.match(inPlace('node2', 'ip', 'route'), /^default via 192\.168\.123\.1 dev eth0 proto static/m);
});

test('node: own processes, devices, host name, run directory and layers', () => {
  assert.equal(inPlace('node1', 'hostname').trim(), 'node1');
  assert.equal(inPlace('node1', 'ls', '/sys/class/net').trim().split('\n').sort().join(' '), 'eth0 lo');
  assert.equal(inPlace('node1', 'cat', '/proc/1/comm').trim(), 'sh');
  inPlace(
    'node1',
    'sh',
    '-c',
    'echo x > /run/weft/seen; echo y > /etc/cni/net.d/a.conflist; test -x /opt/cni/bin/weft',
  );
  assert.equal(readFileSync(`${directory.nodeRun('node1')}/weft/seen`, 'utf8'), 'x\n');
  assert.equal(inPlace('node2', 'ls', '/etc/cni/net.d'), '');
  assert.throws(() => readFileSync('/etc/cni/net.d/a.conflist'));
});

test('machine: while a lab is up -> its own devices are what they were', () => {
  assert.equal(execFileSync('ip', ['-o', 'link'], { encoding: 'utf8' }), linksBefore);
  assert.doesNotMatch(readFileSync('/proc/self/mounts', 'utf8'), new RegExp(topology.name));
});

test('removeLab: with a process inside a node -> nothing is left, twice is fine', async () => {
  const [program, ...args] = enterPlace(init('node1'), ['sleep', '1000']);
  const child = spawn(program, args, { stdio: 'ignore' });
  await new Promise((resolve) => child.once('spawn', resolve));
  assert.equal(await removeLab(directory), true);
  assert.ok(processes.every((one) => !isRunning(one)));
  assert.equal(await removeLab(directory), false);
});
