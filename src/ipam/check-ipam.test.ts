import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { IPAMBlock, IPPool } from '../api/calico.ts';
import type { Node, Pod } from '../api/core.ts';
import { nodeAnnotationsPatch } from '../api/node-annotations.ts';
import { parseCidr } from '../net/cidr.ts';
import { parseIp } from '../net/ip.ts';
import { allocateAddress } from './allocate.ts';
import { checkIpam, type IpamFacts } from './check-ipam.ts';
import { newBlock } from './new-block.ts';

const pool: IPPool = { metadata: { name: 'p' }, spec: { cidr: '10.0.0.0/16' } };
const node = (name: string, tunnel?: string): Node => ({
  metadata: {
    name,
    annotations: nodeAnnotationsPatch(tunnel === undefined ? {} : { vxlanTunnelAddress: parseIp(tunnel) }) as Record<
      string,
      string
    >,
  },
});
const pod = (
  name: string,
  ip?: string,
  more: Partial<Pod['spec']> = {},
  phase: 'Running' | 'Failed' = 'Running',
): Pod => ({
  metadata: { name, namespace: 'd' },
  spec: { nodeName: 'n1', containers: [], ...more },
  status: { phase, ...(ip === undefined ? {} : { podIP: ip, podIPs: [{ ip }] }) },
});
const rules = { nowMs: 0, cooldownSeconds: 0, reserved: [] };

/** A block of n1; `held` maps addresses to pods (or to a tunnel type). */
function block(cidr: string, held: Readonly<Record<string, string>> = {}, host = 'n1'): IPAMBlock {
  let made = newBlock(parseCidr(cidr), host, 0);
  for (const [ip, owner] of Object.entries(held)) {
    const secondary = owner.endsWith('TunnelAddress')
      ? { type: owner, node: 'n1' }
      : { pod: owner, namespace: 'd', node: 'n1' };
    const result = allocateAddress(made, { handle: `h.${owner}`, attributes: secondary }, parseIp(ip), rules);
    assert.ok(result !== undefined && 'block' in result);
    made = result.block;
  }
  return made;
}

const broken = (change: Partial<IPAMBlock['spec']>): IPAMBlock => {
  const good = block('10.0.0.0/26');
  return { ...good, spec: { ...good.spec, ...change } };
};

describe('checkIpam', () => {
  const healthy: IpamFacts = {
    pools: [pool],
    nodes: [node('n1', '10.0.0.9')],
    blocks: [block('10.0.0.0/26', { '10.0.0.1': 'a', '10.0.0.9': 'vxlanTunnelAddress' })],
    pods: [
      pod('a', '10.0.0.1'),
      pod('host', '192.168.0.1', { hostNetwork: true }),
      pod('done', '10.0.0.1', {}, 'Failed'),
    ],
  };
  const table: readonly [name: string, change: Partial<IpamFacts>, problems: readonly string[]][] = [
    ['healthy', {}, []],
    ['pod gone', { pods: [] }, ['leaked address 10.0.0.1']],
    ['pod has no address yet', { pods: [pod('a')] }, []],
    ['tunnel address not that of the node', { nodes: [node('n1')] }, ['leaked address 10.0.0.9']],
    [
      'node gone',
      { nodes: [], pods: [] },
      ['leaked address 10.0.0.1', 'leaked address 10.0.0.9', 'affinity to a missing node 10.0.0.0/26'],
    ],
    ['pod in no block', { pods: [...healthy.pods, pod('b', '10.0.0.2')] }, ['address not allocated 10.0.0.2']],
    ['pod outside pools', { pods: [...healthy.pods, pod('b', '10.9.0.2')] }, ['address outside pools 10.9.0.2']],
    [
      'pool disabled, pod without allocation',
      {
        pools: [{ ...pool, spec: { ...pool.spec, disabled: true } }],
        pods: [...healthy.pods, pod('b', '10.0.0.2')],
      },
      ['address outside pools 10.0.0.2'],
    ],
    ['two pods, one address', { pods: [...healthy.pods, pod('b', '10.0.0.1')] }, ['address used twice 10.0.0.1']],
    ['two blocks overlapping', { blocks: [...healthy.blocks, block('10.0.0.32/27')] }, ['blocks overlap 10.0.0.32/27']],
    [
      'wide block, two inside, not neighbours of each other',
      {
        blocks: [
          block('10.0.0.0/24'),
          block('10.0.0.0/26', { '10.0.0.1': 'a', '10.0.0.9': 'vxlanTunnelAddress' }),
          block('10.0.0.128/26'),
        ],
      },
      ['blocks overlap 10.0.0.0/26', 'blocks overlap 10.0.0.128/26'],
    ],
    ['block outside pools', { blocks: [...healthy.blocks, block('10.9.0.0/26')] }, ['block outside pools 10.9.0.0/26']],
    [
      'affinity to a missing node',
      { blocks: [...healthy.blocks, block('10.0.1.0/26', {}, 'n9')] },
      ['affinity to a missing node 10.0.1.0/26'],
    ],
    [
      'slots missing',
      { pods: [], nodes: [node('n1')], blocks: [broken({ allocations: [null] })] },
      ['block broken 10.0.0.0/26'],
    ],
    [
      'address lost',
      { pods: [], nodes: [node('n1')], blocks: [broken({ unallocated: [] })] },
      ['block broken 10.0.0.0/26'],
    ],
    ['CIDR unreadable', { pods: [], nodes: [node('n1')], blocks: [broken({ cidr: 'x' })] }, ['block broken x']],
    ['block being deleted', { blocks: [...healthy.blocks, { ...broken({ cidr: '10.9.0.0/26', deleted: true }) }] }, []],
  ];
  for (const [name, change, problems] of table) {
    test(`${name}: -> ${problems.join(', ') || 'nothing'}`, () => {
      const found = checkIpam({ ...healthy, ...change }).problems;
      assert.deepEqual(
        found.map(({ kind, subject }) => `${kind} ${subject}`),
        problems,
      );
    });
  }
});
