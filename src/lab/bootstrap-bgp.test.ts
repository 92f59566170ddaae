import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bgpConfigurationOf, bgpPeersOf, routerSecrets } from './bootstrap-bgp.ts';
import { computeTopology, type TopologyOptions } from './topology.ts';

function peers(options: TopologyOptions): Readonly<Record<string, unknown>> {
  return Object.fromEntries(bgpPeersOf(computeTopology(options)).map((one) => [one.metadata.name, one.spec]));
}

test('configuration: AS and mesh of the topology', () => {
  assert.deepEqual(bgpConfigurationOf(computeTopology({ mode: 'bgp', as: 64777, mesh: false })).spec, {
    logSeverityScreen: 'Info',
    asNumber: 64777,
    nodeToNodeMeshEnabled: false,
  });
});

test('peers: router of another AS beside a mesh -> one per segment, next hops kept', () => {
  const options: TopologyOptions = {
    mode: 'bgp',
    crossSubnet: true,
    routers: [{ name: 'tor', software: 'frr', as: 65001, segments: ['lan1', 'lan2'] }],
  };
  const { 'tor-lan1': first, 'tor-lan2': second, ...rest } = peers(options);
  const shared = { asNumber: 65001, nextHopMode: 'Keep' };
  const selector = (name: string) => `weft.projectcalico.org/segment == '${name}'`;
  assert.deepEqual(first, { nodeSelector: selector('lan1'), peerIP: '192.168.122.200', ...shared });
  assert.deepEqual(second, { nodeSelector: selector('lan2'), peerIP: '192.168.123.200', ...shared });
  // The lab's own router is of the cluster's AS.
  assert.deepEqual(rest, {
    'router-lan1': { nodeSelector: selector('lan1'), peerIP: '192.168.122.1', asNumber: 64512 },
    'router-lan2': { nodeSelector: selector('lan2'), peerIP: '192.168.123.1', asNumber: 64512 },
  });
});

test('peers: router of another AS without a mesh -> the own AS may be in the path', () => {
  const routers = [{ name: 'tor', software: 'bird', as: 65001, bfd: true, password: 'x' }] as const;
  assert.deepEqual(peers({ mode: 'bgp', mesh: false, routers })['tor-lan1'], {
    nodeSelector: "weft.projectcalico.org/segment == 'lan1'",
    peerIP: '192.168.122.200',
    asNumber: 65001,
    numAllowedLocalASNumbers: 1,
    password: { secretKeyRef: { name: 'bgp-tor', key: 'password' } },
    failureDetectionMode: 'BFDIfDirectlyConnected',
  });
});

test('peers: reflectors inside and outside -> by selector, by address; named nodes one by one; none when told so', () => {
  assert.deepEqual(
    peers({
      mode: 'bgp',
      nodes: [{ name: 'a', reflectorClusterId: '244.0.0.1' }, { name: 'b' }],
      routers: [
        { name: 'rr', software: 'bird', reflector: true },
        { name: 'one', software: 'bird', as: 64512, peers: ['b'] },
        { name: 'silent', software: 'bird', peer: false },
      ],
    }),
    {
      reflectors: { nodeSelector: 'all()', peerSelector: 'has(route-reflector)' },
      'rr-lan1': {
        nodeSelector: "weft.projectcalico.org/segment == 'lan1'",
        peerIP: '192.168.122.200',
        asNumber: 64512,
      },
      'one-b': { node: 'b', peerIP: '192.168.122.201', asNumber: 64512 },
    },
  );
});

test('peers: two families -> a peer for each', () => {
  const names = Object.keys(peers({ mode: 'bgp', ipv6: true, routers: [{ name: 'tor', software: 'bird' }] }));
  assert.deepEqual(names, ['tor-lan1', 'tor-lan1-ipv6']);
});

test('secrets: one per router with a password, where the agent reads', () => {
  const routers = [
    { name: 'tor', software: 'bird', password: 'secret' },
    { name: 'b', software: 'frr' },
  ] as const;
  const secrets = routerSecrets(computeTopology({ mode: 'bgp', routers }));
  assert.deepEqual(
    secrets.map((one) => [one.metadata.namespace, one.metadata.name, one.data]),
    [['kube-system', 'bgp-tor', { password: 'c2VjcmV0' }]],
  );
});
