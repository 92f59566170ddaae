import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HostEndpoint } from '../api/calico-endpoints.ts';
import type { NetworkPolicy } from '../api/calico-policy.ts';
import type { EndpointSlice, Namespace, Pod } from '../api/core.ts';
import { parseIp } from '../net/ip.ts';
import { parseMac } from '../net/mac.ts';
import { runWalk } from '../policy/run-program.ts';
import { PolicyFeed } from './policy-feed.ts';
import type { LocalEndpoint } from './snapshot.ts';

const namespace: Namespace = { metadata: { name: 'default', resourceVersion: '1' } };
const pod = (name: string, ip: string, role: string): Pod => ({
  metadata: { name, namespace: 'default', labels: { role }, uid: name, resourceVersion: '1' },
  spec: { nodeName: 'node1', containers: [{ name: 'main' }] },
  status: { podIP: ip, podIPs: [{ ip }] },
});
const attachment = (name: string, ip: string): LocalEndpoint => ({
  ...{ containerId: name, namespace: 'default', pod: name, device: `cali-${name}`, addresses: [parseIp(ip)] },
  mac: parseMac('02:00:00:00:00:01'),
});
const allow80: NetworkPolicy = {
  metadata: { name: 'allow-tcp-80', namespace: 'default' },
  spec: {
    selector: "role == 'db'",
    types: ['Ingress'],
    ingress: [
      { action: 'Allow', protocol: 'TCP', source: { selector: "role == 'web'" }, destination: { ports: [80] } },
    ],
  },
};
const packet = (source: string, port: number) => ({
  ...{ source: parseIp(source), destination: parseIp('10.0.0.2'), protocol: 6, sourcePort: 5000 },
  destinationPort: port,
});

/** A pod `db` on this node, a pod `web`, and the policy that lets the one reach port 80 of the other. */
function make(): PolicyFeed {
  const feed = new PolicyFeed('node1');
  feed.changed('namespaces', namespace, false);
  feed.changed('pods', pod('db', '10.0.0.2', 'db'), false);
  feed.changed('pods', pod('web', '10.0.0.1', 'web'), false);
  feed.changed('networkPolicies', allow80, false);
  feed.attached([attachment('db', '10.0.0.2')]);
  return feed;
}

function allowed(feed: PolicyFeed, source: string, port: number): boolean {
  const { state } = feed.compute([], {});
  const [workload] = state.workloads;
  assert.ok(workload);
  return runWalk(state, workload.ingress, packet(source, port)).allowed;
}

test('feed: pods, policy and attachment -> the walk of the pod that is here decides as the policy says', () => {
  const feed = make();
  assert.equal(allowed(feed, '10.0.0.1', 80), true);
  assert.equal(allowed(feed, '10.0.0.1', 81), false);
  assert.equal(allowed(feed, '10.0.0.7', 80), false);
  feed.changed('pods', { ...pod('web', '10.0.0.1', 'other') }, false);
  assert.equal(allowed(feed, '10.0.0.1', 80), false);
  feed.changed('networkPolicies', allow80, true);
  assert.equal(allowed(feed, '10.0.0.7', 81), true, 'no policy: the profile of the namespace allows');
});

test('feed: nothing has changed, or the same was told again -> the same object', () => {
  const feed = make();
  const first = feed.compute([], {});
  assert.equal(feed.compute([], {}), first);
  feed.changed('pods', pod('web', '10.0.0.1', 'web'), false);
  feed.attached([attachment('db', '10.0.0.2')]);
  assert.equal(feed.compute([], {}), first);
  const stricter = feed.compute([{ metadata: { name: 'default' }, spec: { iptablesFilterDenyAction: 'Reject' } }], {});
  assert.notEqual(stricter, first);
  assert.equal(stricter.state, first.state);
  assert.equal(stricter.settings.denyAction, 'reject');
});

test('feed: namespace unknown -> the pod is dropped, known again -> as its policies say', () => {
  const feed = make();
  feed.changed('namespaces', namespace, true);
  assert.equal(allowed(feed, '10.0.0.1', 80), false);
  feed.changed('namespaces', namespace, false);
  assert.equal(allowed(feed, '10.0.0.1', 80), true);
});

test('feed: a policy of nothing but Log rules -> a warning, gone with the policy', () => {
  const feed = make();
  const watch: NetworkPolicy = {
    metadata: { name: 'watch', namespace: 'default' },
    spec: { selector: 'all()', types: ['Ingress'], ingress: [{ action: 'Log' }] },
  };
  feed.changed('networkPolicies', watch, false);
  feed.compute([], {});
  const warnings = feed.warnings();
  assert.match(warnings.join('\n'), /watch.*only log/);
  assert.equal(feed.warnings(), warnings);
  feed.changed('networkPolicies', watch, true);
  feed.compute([], {});
  assert.doesNotMatch(feed.warnings().join('\n'), /watch/);
});

test('feed: host endpoints of this node alone -> resolved against its interfaces, gone when they are', () => {
  const feed = make();
  const host = (name: string, node: string): HostEndpoint => ({
    metadata: { name },
    spec: { node, expectedIPs: ['192.0.2.11'] },
  });
  feed.changed('hostEndpoints', host('theirs', 'node2'), false);
  assert.equal(feed.hasHostEndpoints, false);
  feed.changed('hostEndpoints', host('ours', 'node1'), false);
  assert.equal(feed.hasHostEndpoints, true);
  const names = () => feed.compute([], {}).state.hostEndpoints.map(({ name, devices }) => `${name} ${devices}`);
  assert.deepEqual(names(), []);
  assert.match(feed.warnings().join(), /ours.*no interface/);
  feed.interfaces([{ name: 'eth0', addresses: [parseIp('192.0.2.11')] }]);
  assert.deepEqual(names(), ['ours eth0']);
  feed.changed('hostEndpoints', host('ours', 'node2'), false);
  assert.deepEqual(names(), [], 'it has become another node’s');
});

test('feed: slices of a Service -> what stands behind it; a slice that changes hands leaves its first Service', () => {
  const feed = make();
  const slice = (service: string, ip: string): EndpointSlice => ({
    metadata: { name: 's1', namespace: 'default', labels: { 'kubernetes.io/service-name': service } },
    addressType: 'IPv4',
    endpoints: [{ addresses: [ip] }],
    ports: [{ port: 8080, protocol: 'TCP' }],
  });
  feed.changed(
    'networkPolicies',
    { ...allow80, spec: { ...allow80.spec, ingress: [{ action: 'Allow', source: { services: { name: 'front' } } }] } },
    false,
  );
  assert.equal(allowed(feed, '10.0.0.5', 99), false);
  feed.changed('endpointSlices', slice('front', '10.0.0.5'), false);
  assert.equal(allowed(feed, '10.0.0.5', 99), true);
  feed.changed('endpointSlices', slice('back', '10.0.0.5'), false);
  assert.equal(allowed(feed, '10.0.0.5', 99), false);
  feed.changed('endpointSlices', slice('front', '10.0.0.5'), false);
  feed.changed('endpointSlices', slice('front', '10.0.0.5'), true);
  assert.equal(allowed(feed, '10.0.0.5', 99), false);
});
