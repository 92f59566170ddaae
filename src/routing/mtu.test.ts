import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseIpWithPrefix } from '../net/cidr.ts';
import { type FelixSettings, felixSettings } from './felix-settings.ts';
import type { MachineFacts } from './machine.ts';
import { podMtu, tunnelMtus } from './mtu.ts';
import type { TunnelKind } from './tunnel.ts';

const ipip: TunnelKind = { kind: 'ipip', family: 4 };
const vxlan4: TunnelKind = { kind: 'vxlan', family: 4 };
const vxlan6: TunnelKind = { kind: 'vxlan', family: 6 };
const plain: FelixSettings = felixSettings([], 'node1');

function machine(mtu4?: number, mtu6?: number): MachineFacts {
  const underlay = (mtuBytes: number, address: string) => ({
    device: 'eth0',
    mtuBytes,
    address: parseIpWithPrefix(address),
  });
  return {
    ipip: 'kernel',
    ...(mtu4 === undefined ? {} : { underlay4: underlay(mtu4, '192.168.122.21/24') }),
    ...(mtu6 === undefined ? {} : { underlay6: underlay(mtu6, 'fd00:122::21/64') }),
  };
}

const cases: readonly {
  readonly name: string;
  readonly machine: MachineFacts;
  readonly needed: readonly TunnelKind[];
  readonly settings?: FelixSettings;
  readonly pod: number;
}[] = [
  { name: '1500, ipip', machine: machine(1500), needed: [ipip], pod: 1480 },
  { name: '1500, vxlan', machine: machine(1500), needed: [vxlan4], pod: 1450 },
  { name: '1500, vxlan v6', machine: machine(undefined, 1500), needed: [vxlan6], pod: 1430 },
  { name: '1500, vxlan both families', machine: machine(1500, 1500), needed: [vxlan4, vxlan6], pod: 1430 },
  { name: '1500, ipip and vxlan', machine: machine(1500), needed: [ipip, vxlan4], pod: 1450 },
  { name: '1500, no encapsulation', machine: machine(1500), needed: [], pod: 1500 },
  { name: '9000 and 1500, no encapsulation', machine: machine(9000, 1500), needed: [], pod: 1500 },
  { name: '9000, vxlan', machine: machine(9000), needed: [vxlan4], pod: 8950 },
  { name: 'underlay unknown, ipip', machine: machine(), needed: [ipip], pod: 1440 },
  { name: 'underlay unknown, no encapsulation', machine: machine(), needed: [], pod: 1460 },
  {
    name: 'ipipMTU 1400',
    machine: machine(1500),
    needed: [ipip],
    settings: { ...plain, ipipMtuBytes: 1400 },
    pod: 1400,
  },
  {
    name: 'ipipMTU 1400, only vxlan in use',
    machine: machine(1500),
    needed: [vxlan4],
    settings: { ...plain, ipipMtuBytes: 1400 },
    pod: 1450,
  },
  {
    name: 'vxlanMTUV6 1300',
    machine: machine(1500, 1500),
    needed: [vxlan4, vxlan6],
    settings: { ...plain, vxlanV6MtuBytes: 1300 },
    pod: 1300,
  },
];
for (const { name, machine, needed, settings = plain, pod } of cases) {
  test(`pod MTU: ${name} -> ${pod}`, () => {
    assert.equal(podMtu(needed, tunnelMtus(machine, settings), machine), pod);
  });
}

test('felix settings: nothing configured -> the defaults people know', () => {
  assert.deepEqual(plain, { vxlanPort: 4789, vxlanVni: 4096, excludeNodesFromNat: false });
});

test('felix settings: default, selected by node labels, node.NAME -> later wins key by key, zero is not set', () => {
  const configurations = [
    { metadata: { name: 'node.node1' }, spec: { ipipMTU: 1400, vxlanMTU: 0 } },
    { metadata: { name: 'rack' }, spec: { nodeSelector: 'rack == "a"', vxlanPort: 8472, ipipMTU: 1300 } },
    { metadata: { name: 'other' }, spec: { nodeSelector: 'rack == "b"', vxlanPort: 1 } },
    { metadata: { name: 'default' }, spec: { vxlanPort: 4790, vxlanVNI: 7, ipipMTU: 1200 } },
    { metadata: { name: 'node.node2' }, spec: { vxlanVNI: 9 } },
  ];
  assert.deepEqual(felixSettings(configurations, 'node1', { rack: 'a' }), {
    vxlanPort: 8472,
    vxlanVni: 7,
    excludeNodesFromNat: false,
    ipipMtuBytes: 1400,
  });
});
