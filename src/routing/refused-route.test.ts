import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bgpFilter, bgpPool, bgpState, meshSession, outsideSession } from '../../test/support/bgp-states.ts';
import type { Cidr } from '../net/cidr.ts';
import { refusedRoute } from './refused-route.ts';

const own = '192.168.122.20';
const state = bgpState({
  pools: [bgpPool('default-pool', '10.24.0.0/16'), bgpPool('six', 'fd00:24::/48')],
  links: ['192.168.122.0/24' as Cidr],
  farNodes: ['192.168.123.5/32' as Cidr],
  blocks: ['10.24.1.0/26' as Cidr, '10.24.7.7/32' as Cidr],
  filters: [bgpFilter('gone', { missing: true })],
  sessions: [
    meshSession('192.168.122.21', own),
    meshSession('192.168.122.22', own, { filters: ['strict', 'stricter'] }),
    outsideSession('192.168.122.1', own, { filters: ['strict'] }),
    outsideSession('192.168.122.2', own, { filters: ['gone'] }),
  ],
});
const mesh = 'Mesh_192_168_122_21';
const filtered = 'Mesh_192_168_122_22';
const tor = 'Global_192_168_122_1';

const cases: readonly (readonly [network: string, session: string, reason: RegExp])[] = [
  ['0.0.0.0/0', tor, /^a default route from outside/],
  ['::/0', tor, /^a default route from outside/],
  ['128.0.0.0/1', tor, /^nearly a default route \(\/8 needed\)/],
  ['2000::/3', tor, /^nearly a default route \(\/7 needed\)/],
  ['169.254.169.254/32', tor, /^addresses that are of one link only$/],
  ['192.168.122.21/32', tor, /^inside "192\.168\.122\.0\/24", a network that this node is in itself$/],
  ['192.168.123.5/32', tor, /^the address of a node$/],
  ['192.168.122.0/24', tor, /^refused by BGPFilter "strict"$/],
  ['10.0.0.0/8', tor, /^covers pool "default-pool" \(10\.24\.0\.0\/16\)/],
  ['10.24.0.0/16', tor, /^covers pool "default-pool"/],
  ['10.24.50.0/24', tor, /^inside pool "default-pool" .*, but not from this cluster$/],
  ['fd00:24::/64', tor, /^inside pool "six"/],
  ['10.24.1.0/26', tor, /^"10\.24\.1\.0\/26" is a block of this node$/],
  ['10.24.1.0/26', mesh, /^"10\.24\.1\.0\/26" is a block of this node$/],
  ['10.24.1.32/27', mesh, /^inside block "10\.24\.1\.0\/26" of this node$/],
  ['10.24.7.7/32', mesh, /^"10\.24\.7\.7\/32" is a block of this node$/],
  ['10.24.1.9/32', tor, /^inside pool "default-pool"/],
  ['203.0.113.0/24', tor, /^refused by BGPFilter "strict"$/],
  ['203.0.113.0/24', filtered, /^refused by BGPFilter "strict", "stricter"$/],
  ['203.0.113.0/24', 'Global_192_168_122_2', /^every route is refused: BGPFilter "gone" does not exist$/],
  ['0.0.0.0/0', mesh, /^refused by the rules of session "Mesh_192_168_122_21"$/],
  ['203.0.113.0/24', 'Gone_1', /^refused by the rules of session "Gone_1"$/],
];

for (const [network, session, reason] of cases) {
  test(`refused route: ${network} from ${session} -> ${reason.source}`, () => {
    assert.match(refusedRoute(network as Cidr, session, state), reason);
  });
}
