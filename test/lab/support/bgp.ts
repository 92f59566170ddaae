import assert from 'node:assert/strict';
import { type LabFixture, runWeft } from './lab-fixture.ts';

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
