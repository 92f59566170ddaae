import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bgpOf, seedBgpConfiguration, seedBgpSnapshot, seedPeer, sessionText } from '../../test/support/seed-bgp.ts';
import { seedEndpoint } from '../../test/support/seed-cluster.ts';
import type { BGPConfiguration, BGPPeer } from '../api/calico-bgp.ts';
import type { Pod } from '../api/core.ts';
import { computeNodeState } from '../desired/compute.ts';
import type { Snapshot } from '../desired/snapshot.ts';

const pod = (name: string, labels: Record<string, string>): Pod => ({
  metadata: { name, namespace: 'default', labels },
  spec: { nodeName: 'node1', containers: [] },
});
const snapshot = (settings: BGPConfiguration['spec'], peer: BGPPeer['spec']): Snapshot =>
  seedBgpSnapshot(
    {
      configurations: [seedBgpConfiguration({ nodeToNodeMeshEnabled: false, ...settings })],
      peers: [seedPeer('p', { asNumber: 65_200, ...peer })],
      pods: [pod('router', { app: 'router' }), pod('web', { app: 'web' })],
    },
    {
      endpoints: [seedEndpoint('router', 'cali1', '10.24.1.5', 'fd00::5'), seedEndpoint('web', 'cali2', '10.24.1.6')],
    },
  );
const selector = { localWorkloadSelector: "app == 'router' && projectcalico.org/namespace == 'default'" };

test('sessions with pods: selected pods -> a session from the peering address, which the node has at their devices', () => {
  const state = computeNodeState(snapshot({ localWorkloadPeeringIPV4: '169.254.0.179' }, selector));
  assert.deepEqual(
    state.bgp?.sessions.map((session) => state.bgp && sessionText(session, state.bgp)),
    ['Local_Workload_10_24_1_5 10.24.1.5 as 65200 source 169.254.0.179 outside'],
  );
  assert.deepEqual(state.peeringAddresses, [{ device: 'cali1', ip: '169.254.0.179' }]);
  assert.deepEqual(state.warnings, []);
  assert.deepEqual(state.bgp?.clusterAsNumbers, [64_512, 65_200]);
});

test('sessions with pods: peer of other nodes -> none, no address', () => {
  const state = computeNodeState(
    snapshot({ localWorkloadPeeringIPV4: '169.254.0.179' }, { ...selector, node: 'node2' }),
  );
  assert.deepEqual([state.bgp?.sessions, state.peeringAddresses, state.warnings], [[], [], []]);
});

test('sessions with pods: address of one link, or no address -> none, named', () => {
  const { warnings, bgp } = bgpOf(snapshot({ localWorkloadPeeringIPV6: 'fe80::179' }, selector));
  assert.deepEqual(bgp.sessions, []);
  assert.deepEqual(warnings, [
    'BGPConfiguration: localWorkloadPeeringIPV6 "fe80::179" found, an IPv6 address that is not of one link needed',
    'BGPPeer "p": BGPConfiguration has neither localWorkloadPeeringIPV4 nor localWorkloadPeeringIPV6 to peer from: no session with pods',
  ]);
});
