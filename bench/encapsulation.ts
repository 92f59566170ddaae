/**
 * IP-in-IP by our eBPF programs beside the kernel's VXLAN: the same topology built by hand twice, no firewall rules, both
 * ends of the TCP exchange on one core, rounds interleaved. Runs in its own network namespaces only.
 */
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureIpipTunnel } from '../src/host/ipip-ebpf.ts';
import { inNetns } from '../src/host/netns.ts';
import { run as runCommand } from '../src/host/run.ts';
import { sys, umount } from '../src/host/syscalls.ts';
import { parseIp } from '../src/net/ip.ts';
import { printFigure } from './figure.ts';
import { handBuild } from './hand-built.ts';
import { measureRoundTrip, PingPongServer } from './ping-pong.ts';

const port = 7001;
const rounds = 9;

/** The nodes as `hand-built.ts` makes them. */
const nodes = [
  { name: 'a', address: parseIp('192.168.50.1'), block: '10.90.1.0/24' },
  { name: 'b', address: parseIp('192.168.50.2'), block: '10.90.2.0/24' },
] as const;

/** Measures and prints one figure. */
export async function run(): Promise<void> {
  const prefix = `wbe${process.pid}`;
  const pins: string[] = [];
  const servers: PingPongServer[] = [];
  const vxlan = handBuild(`${prefix}-vxlan`, 'vxlan');
  const ipip = handBuild(`${prefix}-ipip`, 'none');
  try {
    await addTunnels(`${prefix}-ipip`, pins);
    for (const place of [ipip, vxlan]) {
      servers.push(await PingPongServer.start(place.server, place.serverAddress, port));
    }
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round < rounds; round++) {
      ours.push(measureRoundTrip(ipip.client, ipip.serverAddress, port));
      theirs.push(measureRoundTrip(vxlan.client, vxlan.serverAddress, port));
    }
    printFigure({
      name: 'TCP round trip, eBPF IP-in-IP beside kernel VXLAN',
      unit: 'us',
      ours,
      peer: theirs,
      goal: { atMost: 1 },
    });
  } finally {
    for (const server of servers) server.stop();
    vxlan.remove();
    ipip.remove();
    for (const pin of pins) {
      umount(pin, sys.MNT_DETACH);
      rmdirSync(pin);
    }
  }
}

/** Turns direct routes into tunnel routes. */
async function addTunnels(prefix: string, pins: string[]): Promise<void> {
  for (const [index, node] of nodes.entries()) {
    const other = nodes[1 - index];
    if (other === undefined) continue;
    const pinDirectory = mkdtempSync(join(tmpdir(), `${prefix}-`));
    const netns = `${prefix}-${node.name}`;
    const spec = { device: 'tunl0', mtuBytes: 1480, local: node.address, underlay: ['eth0'], peers: [other.address] };
    inNetns(netns, () => ensureIpipTunnel({ ...spec, pinDirectory }));
    pins.push(pinDirectory);
    const route = [other.block, 'via', other.address, 'dev', 'tunl0', 'onlink'];
    await runCommand('ip', ['-n', netns, 'route', 'replace', ...route]);
  }
}

if (import.meta.main) await run();
