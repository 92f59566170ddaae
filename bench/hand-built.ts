/**
 * The peer of the data path benchmark: two nodes on a bridge with one pod each, wired by `ip` as in the documents, with
 * nothing else: no agent, no nftables, no connection tracking; or, as a second peer, with the one rule without which
 * pods cannot reach the outside, which makes the kernel track connections.
 */
import { execFileSync, spawnSync } from 'node:child_process';

export type HandBuiltMode = 'none' | 'vxlan' | 'ipip';

/** What a caller needs: where the two pods are, and the address of the second. */
export interface HandBuilt {
  readonly client: readonly string[];
  readonly server: readonly string[];
  readonly serverAddress: string;
  remove(): void;
}

const nodes = [
  {
    name: 'a',
    address: '192.168.50.1',
    pod: '10.90.1.2',
    tunnel: '10.90.1.1',
    block: '10.90.1.0/24',
    mac: '66:00:00:00:00:01',
  },
  {
    name: 'b',
    address: '192.168.50.2',
    pod: '10.90.2.2',
    tunnel: '10.90.2.1',
    block: '10.90.2.0/24',
    mac: '66:00:00:00:00:02',
  },
] as const;

const masquerade = `table ip byhand { chain postrouting {
  type nat hook postrouting priority srcnat
  ip saddr 10.90.0.0/16 ip daddr != 10.90.0.0/16 masquerade
  }
}`;

/** Builds it in namespaces whose names start with `prefix`. */
export function handBuild(prefix: string, mode: HandBuiltMode, options: { masquerade?: boolean } = {}): HandBuilt {
  const names = ['switch', 'a', 'b', 'pod-a', 'pod-b'].map((name) => `${prefix}-${name}`);
  const remove = () => {
    for (const name of names) spawnSync('ip', ['netns', 'delete', name]);
  };
  try {
    for (const name of names) execFileSync('ip', ['netns', 'add', name]);
    batch(`${prefix}-switch`, ['link add br0 type bridge', 'link set br0 up']);
    for (const node of nodes) buildNode(prefix, node);
    const [a, b] = nodes;
    buildTunnel(prefix, a, b, mode);
    buildTunnel(prefix, b, a, mode);
    for (const { name } of options.masquerade ? nodes : []) {
      execFileSync('ip', ['netns', 'exec', `${prefix}-${name}`, 'nft', '-f', '-'], { input: masquerade });
    }
  } catch (error) {
    remove();
    throw error;
  }
  const enter = (name: string) => ['ip', 'netns', 'exec', `${prefix}-${name}`];
  return { client: enter('pod-a'), server: enter('pod-b'), serverAddress: nodes[1].pod, remove };
}

type Node = (typeof nodes)[number];

function buildNode(prefix: string, { name, address, pod }: Node): void {
  batch(`${prefix}-switch`, [
    `link add port-${name} type veth peer name eth0 netns ${prefix}-${name}`,
    `link set port-${name} master br0`,
    `link set port-${name} up`,
  ]);
  batch(`${prefix}-${name}`, [
    'link set lo up',
    'link set eth0 up',
    `address add ${address}/24 dev eth0`,
    'route add default via 192.168.50.254',
    `link add cali0 address ee:ee:ee:ee:ee:ee type veth peer name eth0 netns ${prefix}-pod-${name}`,
    'link set cali0 up',
    `route add ${pod}/32 dev cali0 scope link`,
  ]);
  const settings = ['ipv4.ip_forward=1', 'ipv4.conf.cali0.proxy_arp=1', 'ipv4.neigh.cali0.proxy_delay=0'];
  for (const setting of settings) {
    execFileSync('ip', ['netns', 'exec', `${prefix}-${name}`, 'sysctl', '-q', '-w', `net.${setting}`]);
  }
  batch(`${prefix}-pod-${name}`, [
    'link set lo up',
    'link set eth0 up',
    `address add ${pod}/32 dev eth0`,
    'route add 169.254.1.1 dev eth0 scope link',
    'route add default via 169.254.1.1 dev eth0',
  ]);
}

function buildTunnel(prefix: string, here: Node, there: Node, mode: HandBuiltMode): void {
  const commands = {
    none: [`route add ${there.block} via ${there.address}`],
    vxlan: [
      `link add vxlan0 address ${here.mac} mtu 1450 type vxlan id 4096 dstport 4789 local ${here.address} dev eth0 nolearning`,
      'link set vxlan0 up',
      `address add ${here.tunnel}/32 dev vxlan0`,
      `neighbour add ${there.tunnel} lladdr ${there.mac} dev vxlan0 nud permanent`,
      `route add ${there.block} via ${there.tunnel} dev vxlan0 onlink`,
    ],
    ipip: [
      `link add tunl1 mtu 1480 type ipip local ${here.address} nopmtudisc`,
      'link set tunl1 up',
      `address add ${here.tunnel}/32 dev tunl1`,
      `route add ${there.block} via ${there.address} dev tunl1 onlink`,
    ],
  };
  batch(`${prefix}-${here.name}`, commands[mode]);
  if (mode === 'vxlan') {
    const entry = ['fdb', 'append', there.mac, 'dev', 'vxlan0', 'dst', there.address, 'self', 'permanent'];
    execFileSync('ip', ['netns', 'exec', `${prefix}-${here.name}`, 'bridge', ...entry]);
  }
}

function batch(netns: string, commands: readonly string[]): void {
  execFileSync('ip', ['-n', netns, '-batch', '-'], { input: `${commands.join('\n')}\n` });
}
