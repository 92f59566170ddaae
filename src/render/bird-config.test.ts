import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import {
  bgpFilter,
  bgpPool,
  bgpState,
  filterRule,
  meshSession,
  outsideSession,
} from '../../test/support/bgp-states.ts';
import { checkBird } from '../../test/support/check-bird.ts';
import { formatBirdConfiguration } from '../bird/format.ts';
import type { Cidr } from '../net/cidr.ts';
import type { Ip } from '../net/ip.ts';
import type { BgpState } from '../routing/bgp-state.ts';
import { renderBirdConfiguration } from './bird-config.ts';

const own = '192.168.122.20';
const own6 = 'fd00:122::20';
const cidr = (text: string) => text as Cidr;
const cidrs = (...texts: readonly string[]) => texts.map(cidr);
const passwords = new Map([['bgp/rack', 'pa;s}s w\\ord']]);

const pools = [
  bgpPool('default-pool', '10.24.0.0/16'),
  bgpPool('silent', '10.25.0.0/16', { exported: false }),
  bgpPool('vxlan', '10.26.0.0/16', { kernelRoutes: 'agent' }),
  bgpPool('six', 'fd00:24::/48'),
];
const community = { kind: 'add community', value: '64512:9' } as const;
const fromRack = bgpFilter('from-rack', {
  importV4: [
    filterRule('Accept', { cidr: { network: cidr('0.0.0.0/0'), operator: 'Equal' } }),
    filterRule('Accept', {
      cidr: { network: cidr('10.0.0.0/8'), operator: 'In' },
      prefixLength: { min: 9, max: 24 },
      peerType: 'eBGP',
      communities: ['65001:100'],
      asPathPrefix: [65001, 65002],
      operations: [community, { kind: 'set priority', value: 2000 }],
    }),
    filterRule('Reject', { cidr: { network: cidr('172.16.0.0/12'), operator: 'NotIn' }, communities: ['65001:1:2'] }),
  ],
  exportV4: [
    filterRule('Accept', {
      cidr: { network: cidr('10.24.0.0/16'), operator: 'NotEqual' },
      interface: 'cali*',
      operations: [{ kind: 'prepend AS path', path: [64512, 64513] }],
    }),
    filterRule('Reject', { fromRemotePeers: true, priority: 512 }),
  ],
});
const rack: Partial<BgpState> = {
  filters: [fromRack],
  communities: [{ cidr: cidr('10.24.0.0/16'), communities: ['64512:1', '64512:1:2'] }],
  reachableBy: [{ peer: cidr('10.99.0.1/32'), via: '192.168.122.1' as Ip, origin: { kind: 'BGPPeer', name: 'rack1' } }],
  sessions: [
    outsideSession('10.99.0.1', own, {
      filters: ['from-rack'],
      password: { key: 'bgp/rack', version: '7' },
      ttlSecurityHops: 2,
      restartSeconds: 60,
      keepaliveSeconds: 10,
      allowedLocalAs: 1,
    }),
  ],
};

/** UPDATE_GOLDEN=1 rewrites testdata/bird-<name>.conf; read that difference before anything else. */
const cases: readonly { readonly name: string; readonly state: BgpState }[] = [
  {
    name: 'mesh',
    state: bgpState({ sessions: [meshSession('192.168.122.21', own), meshSession('192.168.122.19', own)] }),
  },
  {
    name: 'dual-stack',
    state: bgpState({
      nodeAddress6: own6 as Ip,
      pools,
      blocks: cidrs('10.24.1.0/26', 'fd00:24::/122'),
      sessions: [meshSession('192.168.122.21', own), meshSession('fd00:122::21', own6)],
    }),
  },
  { name: 'rack', state: bgpState(rack) },
  {
    name: 'reflector',
    state: bgpState({
      clusterId: '244.0.0.1' as Ip,
      services: { announced: [], passedOn: cidrs('203.0.113.0/24'), all: cidrs('10.96.0.0/12', '203.0.113.0/24') },
      sessions: [
        outsideSession('192.168.122.21', own, {
          type: 'node',
          name: 'Node_192_168_122_21',
          peerAs: 64512,
          outside: false,
          reflectorClient: true,
        }),
      ],
    }),
  },
  {
    name: 'services',
    state: bgpState({
      services: {
        announced: cidrs('10.96.0.0/12', '203.0.113.7/32'),
        passedOn: [],
        all: cidrs('10.96.0.0/12', '203.0.113.0/24'),
      },
      sessions: [outsideSession('192.168.122.1', own)],
    }),
  },
  { name: 'no-sessions', state: bgpState({ pools: [], blocks: [], logSeverity: 'None' }) },
  {
    name: 'everything',
    state: bgpState({
      ...rack,
      nodeAddress6: own6 as Ip,
      logSeverity: 'Debug',
      listenPort: 1179,
      listenOn: 'node',
      clusterId: '244.0.0.1' as Ip,
      pools,
      blocks: cidrs('10.24.1.0/26', '10.25.1.0/26', '10.26.1.1/32', 'fd00:24::/122'),
      services: {
        announced: cidrs('10.96.0.0/12', 'fd00:96::/112'),
        passedOn: [],
        all: cidrs('10.96.0.0/12', 'fd00:96::/112'),
      },
      ignoredInterfaces: ['docker*', 'br-?'],
      priority4: 2048,
      clusterAsNumbers: [64512, 64513],
      filters: [fromRack, bgpFilter('gone', { missing: true })],
      sessions: [
        meshSession('192.168.122.21', own, { bfd: { minimumReceiveMs: 100, minimumTransmitMs: 150, multiplier: 4 } }),
        meshSession('fd00:122::21', own6, { nextHop: 'self', filters: ['gone'] }),
        ...(rack.sessions ?? []),
        outsideSession('192.168.122.1', own, {
          distance: 'direct',
          nextHop: 'keep',
          peerPort: 1790,
          localAs: 64600,
          name: 'Node_192_168_122_1_port_1790',
          type: 'node',
        }),
        outsideSession('192.168.122.2', own, {
          password: { key: 'bgp/absent', version: '' },
          origin: { kind: 'BGPPeer', name: 'rack2' },
        }),
      ],
    }),
  },
];

for (const { name, state } of cases) {
  test(`bird: ${name} -> the golden configuration, accepted by bird -p`, () => {
    const { text } = formatBirdConfiguration(renderBirdConfiguration(state, passwords));
    const file = join(import.meta.dirname, 'testdata', `bird-${name}.conf`);
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(file, text);
    assert.equal(text, readFileSync(file, 'utf8'));
    assert.equal(checkBird(text), '');
  });
}

test('bird: node with IPv6 alone -> not a word of IPv4 but the router id, accepted by bird -p', () => {
  const { nodeAddress4: _none, ...six } = bgpState({
    routerId: '220.97.59.77' as Ip,
    nodeAddress6: own6 as Ip,
    pools,
    blocks: cidrs('fd00:24::/122'),
    sessions: [meshSession('fd00:122::21', own6)],
  });
  const { text } = formatBirdConfiguration(renderBirdConfiguration(six, passwords));
  assert.match(text, /router id 220\.97\.59\.77;/);
  assert.match(text, /route fd00:24::\/122 blackhole;/);
  assert.doesNotMatch(text, /ipv4|kernel4|\b10\./);
  assert.equal(checkBird(text), '');
});

describe('bird: where a line comes from', () => {
  const everything = cases.find(({ name }) => name === 'everything')?.state ?? bgpState();
  const { text, originOf } = formatBirdConfiguration(renderBirdConfiguration(everything, passwords));
  const lines = text.split('\n');
  const origins: readonly (readonly [line: RegExp, origin: string | undefined])[] = [
    [/neighbor 10\.99\.0\.1 as 65001/, 'BGPPeer "rack1"'],
    [/route 10\.99\.0\.1\/32 via/, 'BGPPeer "rack1"'],
    [/neighbor 192\.168\.122\.21 /, 'Node "node-2"'],
    [/bgp_path\.prepend\(64513\)/, 'BGPFilter "from-rack"'],
    [/'bgp_from-rack_importFilterV4'\(false\)/, 'BGPFilter "from-rack"'],
    [/^ {2}10\.25\.0\.0\/16\+/, 'IPPool "silent"'],
    [/is left out/, 'BGPPeer "rack2"'],
    [/^router id/, undefined],
  ];
  for (const [pattern, origin] of origins) {
    test(`${pattern} -> ${origin}`, () => {
      const line = lines.findIndex((one) => pattern.test(one)) + 1;
      assert.ok(line > 0);
      assert.equal(originOf(line), origin);
    });
  }
  test('beyond the end -> nothing', () => assert.equal(originOf(lines.length + 10), undefined));
});

describe('bird: passwords that cannot be used -> the session is left out, and its password is not shown', () => {
  const bad: readonly (readonly [name: string, password: string, reason: RegExp])[] = [
    ['a quote', 'secr"et', /cannot be written: a double quote/],
    ['a line break', 'secret\n', /a line break/],
    ['a control character', 'sec\0ret', /a control character/],
    ['too long', 'secret'.repeat(14), /84 bytes, at most 80/],
    ['empty', '', /is empty/],
  ];
  for (const [name, password, reason] of bad) {
    test(name, () => {
      const state = bgpState(rack);
      const { text } = formatBirdConfiguration(renderBirdConfiguration(state, new Map([['bgp/rack', password]])));
      assert.doesNotMatch(text, /protocol bgp/);
      assert.match(text, reason);
      if (password !== '') assert.doesNotMatch(text, /secr/);
      assert.equal(checkBird(text), '');
    });
  }
});
