import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MonitorEvent } from '../host/netlink-monitor.ts';
import { concernsNodeAddress, scopeOfEvent } from './monitor-scope.ts';

/** Only the parts that are looked at. */
const event = (kind: string, device?: string): MonitorEvent => ({ kind, action: 'delete', device }) as never;

const route = (protocol: number, device: string): MonitorEvent =>
  ({ kind: 'route', action: 'new', device, route: { protocol } }) as never;

const table: readonly (readonly [string, MonitorEvent, string, boolean])[] = [
  ['events lost', event('overflow'), 'all', true],
  ['tunnel device', event('link', 'vxlan.calico'), 'all', false],
  ['far end of the eBPF tunnel', event('link', 'tunl0p'), 'all', true],
  ['pod device', event('link', 'cali12345678901'), 'pod-link,address,route,neighbour', false],
  ['underlay device', event('link', 'eth0'), 'all', true],
  ['device of others', event('link', 'docker0'), 'nothing', true],
  ['address of the tunnel', event('address', 'tunl0'), 'address,route', false],
  ['address of a pod device gone', event('address', 'cali1'), 'address,route,neighbour', false],
  ['address of a pod device', { ...event('address', 'cali1'), action: 'new' } as never, 'nothing', false],
  ['address of the node', event('address', 'eth0'), 'nothing', true],
  ['route of ours', route(80, 'eth0'), 'route', false],
  ['route of an administrator', route(4, 'eth0'), 'route', false],
  ['route of BIRD', route(12, 'eth0'), 'nothing', false],
  ['route of BIRD on a pod device', route(12, 'cali1'), 'nothing', false],
  ['route of an administrator on a pod device', route(4, 'cali1'), 'route', false],
  ['multicast route', event('route'), 'nothing', false],
  ['neighbour learned on the underlay', event('neighbour', 'eth0'), 'nothing', false],
  ['neighbour of the tunnel', event('neighbour', 'vxlan.calico'), 'neighbour', false],
  ['forwarding entry of a bridge', event('fdb', 'docker0'), 'nothing', false],
  ['forwarding entry of the tunnel', event('fdb', 'vxlan-v6.calico'), 'fdb', false],
];

for (const [name, announced, scope, address] of table) {
  test(`kernel event: ${name} -> looks at ${scope}${address ? ' and at the node address' : ''}`, () => {
    const found = scopeOfEvent(announced, new Set(['eth0']));
    assert.equal(found === undefined ? 'nothing' : found === 'all' ? 'all' : [...found].join(','), scope);
    assert.equal(concernsNodeAddress(announced), address);
  });
}
