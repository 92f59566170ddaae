import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { IPAMBlock } from '../api/calico.ts';
import type { Pod } from '../api/core.ts';
import { parseCidr } from '../net/cidr.ts';
import { parseIp } from '../net/ip.ts';
import { allocateAddresses } from './allocate.ts';
import { assessLeaks, type LeakCandidates } from './assess-leaks.ts';
import { type HeldAddress, heldAddresses } from './held-address.ts';
import { type IdleSince, idleBlocks } from './idle-blocks.ts';
import { judgeAddress } from './judge-address.ts';
import { newBlock } from './new-block.ts';

function held(ip: string, more: Partial<HeldAddress> = {}): HeldAddress {
  const base = { block: 'b', handle: `net.${ip}`, sequenceNumber: 1, namespace: 'default', pod: 'p', node: 'node1' };
  return { ip: parseIp(ip), type: undefined, ...base, ...more };
}

function pod(ips: string[], more: Partial<Pod['spec']> = {}, phase: 'Running' | 'Succeeded' = 'Running'): Pod {
  const spec = { nodeName: 'node1', containers: [], ...more };
  return { metadata: { name: 'p', namespace: 'default' }, spec, status: { phase, podIPs: ips.map((ip) => ({ ip })) } };
}

describe('judgeAddress', () => {
  const cases: { name: string; address?: HeldAddress; pod?: Pod; node?: boolean; cause?: string; reason: RegExp }[] = [
    { name: 'pod holds it', pod: pod(['10.0.0.1']), reason: /holds it/ },
    {
      name: 'pod holds it, written differently',
      address: held('fd00::1'),
      pod: pod(['FD00:0:0::0001']),
      reason: /holds it/,
    },
    { name: 'pod has none yet', pod: pod([]), reason: /no address in its status yet/ },
    { name: 'pod gone', cause: 'pod gone', reason: /default\/p does not exist/ },
    {
      name: 'pod gone, node gone',
      node: false,
      cause: 'node gone',
      reason: /does not exist, node node1 is not in the cluster/,
    },
    { name: 'pod alive, node object gone', pod: pod(['10.0.0.1']), node: false, reason: /holds it/ },
    { name: 'pod holds another', pod: pod(['10.0.0.2']), cause: 'pod holds another address', reason: /holds 10.0.0.2/ },
    {
      name: 'pod of the same name elsewhere',
      pod: pod(['10.0.0.9'], { nodeName: 'node2' }),
      cause: 'pod elsewhere',
      reason: /runs on node node2/,
    },
    { name: 'pod finished', pod: pod(['10.0.0.1'], {}, 'Succeeded'), cause: 'pod finished', reason: /has succeeded/ },
    {
      name: 'tunnel, node there',
      address: held('10.0.0.1', { type: 'vxlanTunnelAddress', pod: undefined }),
      reason: /vxlanTunnelAddress of node node1/,
    },
    {
      name: 'tunnel, node gone',
      address: held('10.0.0.1', { type: 'vxlanTunnelAddress', pod: undefined }),
      node: false,
      cause: 'node gone',
      reason: /not in the cluster/,
    },
    { name: 'no owner known', address: held('10.0.0.1', { pod: undefined, node: undefined }), reason: /not a pod/ },
  ];
  for (const { name, address = held('10.0.0.1'), pod: owner, node = true, cause, reason } of cases) {
    it(`${name} -> ${cause ?? 'in use'}`, () => {
      const verdict = judgeAddress(address, owner, node);
      assert.equal(verdict.kind === 'leaked' ? verdict.cause : undefined, cause);
      assert.match(verdict.reason, reason);
    });
  }
});

describe('assessLeaks', () => {
  const gone = () => judgeAddress(held('10.0.0.1'), undefined, true);
  const none: LeakCandidates = new Map();
  const rules = (nowMs: number) => ({ nowMs, graceMs: 1000 });

  it('candidate first, confirmed when the grace is over', () => {
    const addresses = [held('10.0.0.1')];
    const first = assessLeaks(addresses, gone, none, rules(0));
    assert.deepEqual([first.fresh.length, first.confirmed.length, first.nextMs], [1, 0, 1000]);
    const second = assessLeaks(addresses, gone, first.candidates, rules(999));
    assert.deepEqual([second.fresh.length, second.confirmed.length, second.nextMs], [0, 0, 1]);
    assert.equal(assessLeaks(addresses, gone, second.candidates, rules(1000)).confirmed.length, 1);
  });

  it('in use again in between -> the grace starts anew', () => {
    const addresses = [held('10.0.0.1')];
    const first = assessLeaks(addresses, gone, none, rules(0));
    const between = assessLeaks(addresses, () => ({ kind: 'in use', reason: '' }), first.candidates, rules(500));
    assert.equal(assessLeaks(addresses, gone, between.candidates, rules(1000)).confirmed.length, 0);
  });

  it('given anew in between -> another candidate', () => {
    const first = assessLeaks([held('10.0.0.1')], gone, none, rules(0));
    const again = assessLeaks([held('10.0.0.1', { sequenceNumber: 2 })], gone, first.candidates, rules(1000));
    assert.deepEqual([again.fresh.length, again.confirmed.length], [1, 0]);
  });

  it('node gone -> confirmed at once', () => {
    const judge = (address: HeldAddress) => judgeAddress(address, undefined, false);
    assert.equal(assessLeaks([held('10.0.0.1')], judge, none, rules(0)).confirmed.length, 1);
  });

  it('one address of a handle in use -> none of it is released', () => {
    const addresses = [held('10.0.0.1', { handle: 'h' }), held('fd00::1', { handle: 'h' })];
    const judge = (address: HeldAddress) => judgeAddress(address, pod(['10.0.0.1']), true);
    const first = assessLeaks(addresses, judge, none, rules(0));
    assert.equal(first.candidates.size, 1);
    assert.equal(assessLeaks(addresses, judge, first.candidates, rules(5000)).confirmed.length, 0);
  });

  it('most addresses of a node mismatch -> breaker: nothing of that node; pods that are gone still go', () => {
    const addresses = Array.from({ length: 20 }, (_, index) => held(`10.0.0.${index}`, { pod: `p${index}` }));
    const judge = (address: HeldAddress) =>
      judgeAddress(address, address.pod === 'p0' ? undefined : pod(['10.9.9.9']), true);
    const first = assessLeaks(addresses, judge, none, rules(0));
    assert.deepEqual(first.tripped, [{ node: 'node1', leaked: 19, held: 20 }]);
    const second = assessLeaks(addresses, judge, first.candidates, rules(1000));
    assert.deepEqual(
      second.confirmed.map(([one]) => one?.address.pod),
      ['p0'],
    );
  });
});

describe('idleBlocks', () => {
  const nowMs = Date.parse('2026-01-01T00:00:00Z');
  const empty = (cidr: string, node = 'node1'): IPAMBlock => newBlock(parseCidr(cidr), node, nowMs);
  const full = (cidr: string) => {
    const owner = { handle: 'h', attributes: { node: 'node1' } };
    return allocateAddresses(empty(cidr), owner, 64, { nowMs, cooldownSeconds: 0, reserved: [] }).block;
  };
  const look = (blocks: IPAMBlock[], since: IdleSince, monotonicMs: number, nodes = ['node1']) =>
    idleBlocks(blocks, (node) => nodes.includes(node), since, {
      monotonicMs,
      nowMs,
      graceMs: 1000,
      cooldownSeconds: 0,
    });
  const names = (found: ReturnType<typeof look>) => found.idle.map((block) => block.spec.cidr);

  it('second empty block: released after two looks that span the grace, the last never', () => {
    const blocks = [empty('10.0.0.0/26'), empty('10.0.0.64/26')];
    const first = look(blocks, new Map(), 0);
    assert.deepEqual(names(first), []);
    assert.deepEqual(names(look(blocks, first.since, 999)), []);
    assert.deepEqual(names(look(blocks, first.since, 1000)), ['10.0.0.0/26']);
  });

  it('spare block beside a full one: kept, the node would only claim it again', () => {
    const blocks = [full('10.0.0.0/26'), empty('10.0.0.64/26')];
    assert.deepEqual(names(look(blocks, look(blocks, new Map(), 0).since, 5000)), []);
  });

  it('used in between -> starts anew', () => {
    const blocks = [empty('10.0.0.0/26'), empty('10.0.0.64/26')];
    const { since } = look(blocks, new Map(), 0);
    const touched = blocks.map((block) => ({
      ...block,
      spec: { ...block.spec, sequenceNumber: (block.spec.sequenceNumber ?? 0) + 1 },
    }));
    assert.deepEqual(names(look(touched, since, 5000)), []);
  });

  it("gone node's and nobody's: at once; one that holds addresses: not", () => {
    const { affinity: _affinity, ...nobody } = empty('10.0.0.64/26').spec;
    const blocks = [empty('10.0.0.0/26'), { ...empty('10.0.0.64/26'), spec: nobody }, full('10.0.0.128/26')];
    assert.deepEqual(names(look(blocks, new Map(), 0, [])), ['10.0.0.0/26', '10.0.0.64/26']);
  });
});

it('heldAddresses: owner from the attributes, cooling slots left out', () => {
  const rules = { nowMs: 0, cooldownSeconds: 60, reserved: [] };
  const owner = { handle: 'net.1', attributes: { pod: 'p', namespace: 'default', node: 'node1' } };
  const { block } = allocateAddresses(newBlock(parseCidr('10.0.0.0/30'), 'node1', 0), owner, 1, rules);
  const cooling = {
    ...block,
    spec: {
      ...block.spec,
      allocations: [0, 1, null, null],
      attributes: [...block.spec.attributes, { releasedAt: '2026-01-01T00:00:00Z' }],
    },
  };
  assert.deepEqual(
    heldAddresses([cooling]).map(({ ip, pod: name }) => [ip, name]),
    [['10.0.0.0', 'p']],
  );
});
