/**
 * The place of the policy benchmarks: two pods and their node, each a network namespace, joined by veth pairs as pods are
 * wired, and nothing else: the rules under test are all that differs between two beds.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import type { Place } from './ping-pong.ts';

/** One bed. The server's rules are looked at behind `endpoints - 1` others. */
export interface PolicyBed {
  readonly client: Place;
  readonly server: Place;
  readonly node: Place;
  remove(): void;
}

export const clientAddress = '10.80.0.2';
export const serverAddress = '10.80.0.3';
export const clientDevice = 'cali00000000001';
export const serverDevice = 'califffffffffff';

/** Builds a bed in namespaces whose names begin with `prefix`. */
export function buildPolicyBed(prefix: string): PolicyBed {
  const [node, client, server] = ['n', 'c', 's'].map((name) => `${prefix}-${name}`) as [string, string, string];
  const names = [node, client, server];
  const remove = () => {
    for (const name of names) spawnSync('ip', ['netns', 'delete', name]);
  };
  try {
    for (const name of names) execFileSync('ip', ['netns', 'add', name]);
    batch(node, [
      'link set lo up',
      'link add up0 type veth peer name up1',
      'link set up0 up',
      'route add default dev up0',
    ]);
    wire(node, client, clientDevice, clientAddress);
    wire(node, server, serverDevice, serverAddress);
  } catch (error) {
    remove();
    throw error;
  }
  const enter = (name: string) => ['ip', 'netns', 'exec', name];
  return { client: enter(client), server: enter(server), node: enter(node), remove };
}

/** Runs a program in a place with an input. */
export function runIn(place: Place, command: readonly string[], input: string): void {
  const [file = '', ...args] = [...place, ...command];
  execFileSync(file, args, { input, stdio: ['pipe', 'ignore', 'inherit'], maxBuffer: 1 << 28 });
}

function wire(node: string, pod: string, device: string, address: string): void {
  batch(node, [
    `link add ${device} address ee:ee:ee:ee:ee:ee type veth peer name eth0 netns ${pod}`,
    `link set ${device} up`,
    `route add ${address}/32 dev ${device} scope link`,
  ]);
  const settings = ['ipv4.ip_forward=1', `ipv4.conf.${device}.proxy_arp=1`, `ipv4.neigh.${device}.proxy_delay=0`];
  for (const setting of settings) {
    execFileSync('ip', ['netns', 'exec', node, 'sysctl', '-q', '-w', `net.${setting}`]);
  }
  batch(pod, [
    'link set lo up',
    'link set eth0 up',
    `address add ${address}/32 dev eth0`,
    'route add 169.254.1.1 dev eth0 scope link',
    'route add default via 169.254.1.1 dev eth0',
  ]);
}

function batch(netns: string, commands: readonly string[]): void {
  execFileSync('ip', ['-n', netns, '-batch', '-'], { input: `${commands.join('\n')}\n` });
}
