import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IPPool } from '../api/calico.ts';
import { checkWish, readAddressWish } from './address-wish.ts';

const pool4: IPPool = { metadata: { name: 'p4' }, spec: { cidr: '10.24.0.0/16' } };
const pool6: IPPool = { metadata: { name: 'p6' }, spec: { cidr: 'fd00::/48' } };
const key = (name: string) => `cni.projectcalico.org/${name}`;

const table: readonly {
  readonly name: string;
  readonly args?: Record<string, string>;
  readonly ipam?: unknown;
  readonly mtu?: unknown;
  readonly pod?: Record<string, string>;
  readonly namespace?: Record<string, string>;
  readonly pools?: readonly IPPool[];
  readonly want: object | RegExp;
}[] = [
  { name: 'nothing asked, one pool', want: { families: [4] } },
  { name: 'nothing asked, pools of both families', pools: [pool4, pool6], want: { families: [4, 6] } },
  { name: 'nothing asked, only an IPv6 pool', pools: [pool6], want: { families: [6] } },
  { name: 'nothing asked, no pool', pools: [], want: { families: [4] } },
  {
    name: 'nothing asked, IPv6 pool disabled',
    pools: [pool4, { ...pool6, spec: { ...pool6.spec, disabled: true } }],
    want: { families: [4] },
  },
  { name: 'configuration switches IPv6 on', ipam: { assign_ipv6: 'true' }, want: { families: [4, 6] } },
  { name: 'configuration switches IPv4 off', ipam: { assign_ipv4: false, assign_ipv6: true }, want: { families: [6] } },
  { name: 'configuration names pools', ipam: { ipv4_pools: ['p4'] }, want: { pools4: ['p4'] } },
  {
    name: 'pod overrides namespace',
    pod: { [key('ipv4pools')]: '["a"]' },
    namespace: { [key('ipv4pools')]: '["b"]' },
    want: { pools4: ['a'] },
  },
  {
    name: 'namespace overrides configuration',
    ipam: { ipv4_pools: ['c'] },
    namespace: { [key('ipv4pools')]: '["b"]' },
    want: { pools4: ['b'] },
  },
  { name: 'families by annotation', pod: { [key('ipFamilies')]: '["IPv6"]' }, want: { families: [6] } },
  {
    name: 'address in CNI_ARGS before annotation',
    args: { IP: '10.24.0.9/16' },
    pod: { [key('ipAddrs')]: '["10.24.0.8"]' },
    want: { addresses: ['10.24.0.9'] },
  },
  { name: 'address by annotation', pod: { [key('ipAddrs')]: '["10.24.0.8"]' }, want: { addresses: ['10.24.0.8'] } },
  {
    name: 'MAC by annotation before CNI_ARGS',
    args: { MAC: '02:00:00:00:00:01' },
    pod: { [key('hwAddr')]: '02:00:00:00:00:02' },
    want: { mac: '02:00:00:00:00:02' },
  },
  { name: 'two addresses of one family', args: { IP: '10.24.0.9,10.24.0.10' }, want: /2 IPv4 addresses: at most one/ },
  { name: 'both families off', ipam: { assign_ipv4: false, assign_ipv6: false }, want: /both IPv4 and IPv6/ },
  { name: 'ipam is no object', ipam: 'calico-ipam', want: /"ipam".*an object needed/ },
  { name: 'flag is no boolean', ipam: { assign_ipv4: 'maybe' }, want: /assign_ipv4.*true or false/ },
  { name: 'pools are no list', ipam: { ipv4_pools: 'p4' }, want: /ipv4_pools.*a list/ },
  { name: 'MTU', mtu: 1400, want: { mtuBytes: 1400 } },
  { name: 'MTU 0', mtu: 0, want: { families: [4] } },
  ...[67, 65_536, -1, 1400.5, '1400'].map((mtu) => ({ name: `MTU ${JSON.stringify(mtu)}`, mtu, want: /"mtu".*68 to/ })),
  { name: 'MAC of a group', args: { MAC: 'ff:ff:ff:ff:ff:ff' }, want: /"ff:ff:ff:ff:ff:ff".*one interface needed/ },
  { name: 'MAC of zeros', args: { MAC: '00:00:00:00:00:00' }, want: /one interface needed/ },
  { name: 'address is none', args: { IP: 'somewhere' }, want: /somewhere/ },
];

for (const { name, args = {}, ipam, mtu, pod, namespace, pools = [pool4], want } of table) {
  test(`address wish: ${name} -> ${want instanceof RegExp ? 'refused' : JSON.stringify(want)}`, () => {
    const config = { name: 'net', ...(ipam === undefined ? {} : { ipam }), ...(mtu === undefined ? {} : { mtu }) };
    const read = () => checkWish(readAddressWish({ args, config }, pod, namespace, pools));
    if (want instanceof RegExp) assert.throws(read, want);
    else assert.deepEqual({ ...read(), ...want }, read());
  });
}
