import { execFileSync } from 'node:child_process';
import { replaceAddress } from '../src/host/addresses.ts';
import { createLink, updateLink } from '../src/host/links.ts';
import { NetlinkSocket } from '../src/host/netlink-socket.ts';
import { inNetns, openNetns } from '../src/host/netns.ts';
import { parseIp } from '../src/net/ip.ts';
import { BenchBird } from './bgp-bird.ts';
import { sampleEvery } from './bgp-route-counter.ts';

/** A link of a benchmark between the node that is fed and the feeder: both ends' addresses and AS numbers. */
export const feedLink = {
  device: 'feed0',
  node: { address: '198.18.0.1', as: 64_512 },
  feeder: { address: '198.18.0.2', as: 65_001 },
} as const;

/** The network with this number: distinct /24s from 20.0.0.0 on. */
const network = (index: number) => `20.${index >> 8}.${index & 255}.0/24`;

/** How many of the first `count` networks the counter's sample sees. */
export function sampled(count: number): number {
  let seen = 0;
  for (let index = 0; index < count; index++) if ((index & 255) % sampleEvery === 0) seen++;
  return seen;
}

/** Joins two network namespaces by a veth pair with the addresses of {@link feedLink}. */
export function joinByLink(node: string, feeder: string): void {
  const { device } = feedLink;
  using nodeSocket = NetlinkSocket.open({ netns: node });
  using feederSocket = NetlinkSocket.open({ netns: feeder });
  const peerNetns = openNetns(feeder);
  const link = { name: device, type: { kind: 'veth', peer: device }, mtuBytes: 1500, up: true } as const;
  createLink(nodeSocket, link, { peerNetns });
  updateLink(feederSocket, { name: device, type: { kind: 'veth' }, mtuBytes: 1500, up: true });
  replaceAddress(nodeSocket, { device, ip: parseIp(feedLink.node.address), prefixLength: 30 });
  replaceAddress(feederSocket, { device, ip: parseIp(feedLink.feeder.address), prefixLength: 30 });
  acknowledgeAtOnce(node);
}

/**
 * Without it a fed BIRD may wait 40 ms for the end of a table, by chance: the feeder keeps its last segment back until the
 * ones before are acknowledged (RFC 896), and the kernel puts that off (RFC 1122 4.2.3.2). See ip-route(8) "quickack".
 */
function acknowledgeAtOnce(node: string): void {
  const route = ['198.18.0.0/30', 'dev', feedLink.device, 'proto', 'kernel', 'scope', 'link'];
  const args = ['route', 'change', ...route, 'src', feedLink.node.address, 'quickack', '1'];
  inNetns(node, () => execFileSync('ip', args));
}

/** A BIRD that announces 10,000 networks while its protocol `feed10000` is enabled, 50,000 with `feed50000`. */
export function startFeeder(netns: string, counts: readonly number[]): Promise<BenchBird> {
  const { feeder, node } = feedLink;
  const feeds = counts.map((count) => {
    const routes = Array.from({ length: count }, (_, index) => `  route ${network(index)} blackhole;`);
    return `protocol static feed${count} {\n  disabled;\n  ipv4;\n${routes.join('\n')}\n}`;
  });
  const session = `protocol bgp node {
  local ${feeder.address} as ${feeder.as};
  neighbor ${node.address} as ${node.as};
  connect delay time 1;
  connect retry time 2;
  ipv4 { import none; export where source = RTS_STATIC; };
}`;
  return BenchBird.start(netns, [`router id ${feeder.address};`, 'protocol device {}', session, ...feeds].join('\n'));
}
