import assert from 'node:assert/strict';
import { birdFiles } from '../../../src/host/bird-daemon.ts';
import type { Captured } from '../../../src/lab/run-captured.ts';
import { type LabFixture, runWeft, until } from './lab-fixture.ts';
import type { IpAddress } from './scenarios.ts';

/** What `calicoctl node status` prints on a node, typed there as a person does. */
export async function nodeStatus(lab: LabFixture, node: string): Promise<string> {
  const typed = await runWeft('lab', 'exec', node, '--name', lab.name, '--', 'calicoctl', 'node', 'status');
  assert.equal(typed.status, 0, typed.stderr);
  return typed.stdout;
}

/**
 * Scenarios A1 and C: the words and the box of `calicoctl node status` on a node whose only sessions are the mesh's, all
 * of them up. Times are replaced by `HH:MM:SS`.
 */
export async function assertMeshStands(lab: LabFixture, node: string): Promise<void> {
  const addresses = lab.state.topology.nodes.filter(({ name }) => name !== node).map(({ address }) => address);
  const row = (words: readonly string[], widths: readonly number[]) =>
    `| ${words.map((word, index) => word.padEnd(widths[index] ?? 0)).join(' | ')} |`;
  const widths = [14, 17, 5, 8, 11];
  const line = `+${widths.map((width) => '-'.repeat(width + 2)).join('+')}+`;
  const expected = [
    'Calico process is running.',
    '',
    'IPv4 BGP status',
    line,
    '|  PEER ADDRESS  |     PEER TYPE     | STATE |  SINCE   |    INFO     |',
    line,
    ...addresses.map((address) => row([address, 'node-to-node mesh', 'up', 'HH:MM:SS', 'Established'], widths)),
    line,
    '',
    'IPv6 BGP status',
    'No IPv6 peers found.',
    '',
    '',
  ].join('\n');
  const text = await nodeStatus(lab, node);
  assert.equal(text.replaceAll(/\b\d\d:\d\d:\d\d\b/g, 'HH:MM:SS'), expected);
}

/** `birdc` on a node; for some answers, an empty list among them, its status is not 0. */
export function tryBirdc(lab: LabFixture, node: string, ...words: readonly string[]): Promise<Captured> {
  return lab.tryOn(node, 'birdc', '-s', birdFiles.socket, ...words);
}

/** What `birdc` prints on a node; it must succeed. */
export function birdc(lab: LabFixture, node: string, ...words: readonly string[]): Promise<string> {
  return lab.on(node, 'birdc', '-s', birdFiles.socket, ...words);
}

/**
 * True when two looks at a session's time mean one session. BIRD reckons it anew at each look, and may be a millisecond
 * off; a session that was lost needs a second to come back.
 */
export function isSameSession(since: string | undefined, other: string | undefined): boolean {
  const [a, b] = [since, other].map((text) => Date.parse(`1970-01-01T${text}Z`));
  return a !== undefined && b !== undefined && Math.abs(a - b) < 500;
}

/** The sessions of a node that stand, by their names, with the time since. None while BIRD is away. */
export async function standingSessions(lab: LabFixture, node: string): Promise<ReadonlyMap<string, string>> {
  const { stdout } = await tryBirdc(lab, node, 'show', 'protocols');
  const rows = [...stdout.matchAll(/^(\S+) +BGP +--- +up +(\S+) +Established/gm)];
  return new Map(rows.map(([, name = '', since = '']) => [name, since]));
}

/** Waits until exactly these sessions of a node stand, or so many. */
export async function untilStanding(lab: LabFixture, node: string, wanted: readonly string[] | number): Promise<void> {
  let seen: readonly string[] = [];
  const look = async () => {
    seen = [...(await standingSessions(lab, node)).keys()].sort();
    const fits = typeof wanted === 'number' ? seen.length === wanted : seen.join() === [...wanted].sort().join();
    return fits ? true : undefined;
  };
  await until(`sessions of ${node}: ${wanted}`, look, 20_000).catch((error: unknown) => {
    assert.fail(`${String(error)}; found: ${seen.join(', ')}`);
  });
}

/** Gives the lab's router another address in the network of the nodes: for a peer that runs there. */
export async function addRouterAddress(lab: LabFixture, address: string): Promise<void> {
  const { gateway, gateway6 } = lab.state.topology.segments[0] ?? {};
  const [near, own, flags] = address.includes(':')
    ? [gateway6, `${address}/128`, ['nodad']]
    : [gateway, `${address}/32`, []];
  const links = await lab.ip<IpAddress[]>('router', 'addr');
  const device = links.find(({ addr_info: all }) => all.some(({ local }) => local === near))?.ifname;
  assert.ok(device, 'the router has a device in the network of the nodes');
  await lab.on('router', 'ip', 'addr', 'add', own, 'dev', device, ...flags);
}
