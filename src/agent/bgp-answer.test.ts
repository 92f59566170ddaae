import assert from 'node:assert/strict';
import { test } from 'node:test';
import { birdSession, daemon, desiredSession } from '../../test/support/bgp-sessions.ts';
import { parseCidr } from '../net/cidr.ts';
import { parseIp } from '../net/ip.ts';
import { agentAnswer, bgpAnswer } from './bgp-answer.ts';
import type { BgpStatus } from './bgp-status.ts';
import { routesAnswer } from './route-answer.ts';

const channel = { family: 4, state: 'UP', imported: 3, filtered: 1, exported: 2, preferred: 3 } as const;
const status: BgpStatus = {
  daemon: daemon('12:00:00', '12:10:00'),
  refusal: { origin: 'BGPPeer "rack1"', reason: 'syntax error' },
  sessions: [
    {
      desired: desiredSession('Global_10_0_1_1'),
      bird: birdSession('Global_10_0_1_1', true, { channels: [channel] }),
      established: true,
      sinceMs: 0,
      uptimeSeconds: 1800,
      lastError: { text: 'Received: Cease', at: 0 },
      flaps: 2,
    },
    {
      desired: desiredSession('Mesh_fd00__1', { type: 'mesh', peer: parseIp('fd00::1'), family: 6, peerAs: 64_512 }),
      bird: birdSession('Mesh_fd00__1', false, { info: 'Active Socket: Connection refused' }),
      established: false,
      sinceMs: 0,
      flaps: 0,
    },
  ],
  refused: [
    { session: 'Global_10_0_1_1', count: 1, routes: [{ destination: '0.0.0.0/0', reason: 'a default route' }] },
  ],
};

test('answer: class Agent -> BIRD for both families; during a graceful restart NotReady', () => {
  const bird = {
    state: 'Ready',
    version: '2.0.12',
    routerID: '192.0.2.11',
    lastBootTime: '2026-01-31 12:00:00',
    lastReconfigurationTime: '2026-01-31 12:10:00',
  };
  assert.deepEqual(agentAnswer(status), { birdV4: bird, birdV6: bird });
  const gracefulRestart = { channelsWaiting: 1, secondsLeft: 5 };
  const restarting = { ...status, daemon: { ...daemon('12:00:00', '12:10:00'), gracefulRestart } };
  assert.equal(agentAnswer(restarting).birdV4?.state, 'NotReady');
});

test('answer: class BGP -> sessions by family, with what went wrong', () => {
  assert.deepEqual(bgpAnswer(status, ['BGPPeer "rack3": no AS number']), {
    numberEstablishedV4: 1,
    numberEstablishedV6: 0,
    numberNotEstablishedV4: 0,
    numberNotEstablishedV6: 1,
    peersV4: [
      {
        peerIP: '10.0.1.1',
        type: 'GlobalPeer',
        state: 'Established',
        since: '12:00:00',
        info: 'Established',
        name: 'Global_10_0_1_1',
        lastError: 'Received: Cease',
        asNumber: 64_513,
        prefixesReceived: 3,
        prefixesAdvertised: 2,
        prefixesRefused: 1,
        uptimeSeconds: 1800,
        flaps: 2,
      },
    ],
    peersV6: [
      {
        peerIP: 'fd00::1',
        type: 'NodeMesh',
        state: 'Active',
        since: '12:00:00',
        info: 'Active Socket: Connection refused',
        name: 'Mesh_fd00__1',
        asNumber: 64_512,
        flaps: 0,
      },
    ],
    warnings: ['BGPPeer "rack3": no AS number'],
    refusedRoutes: [{ destination: '0.0.0.0/0', peerIP: '10.0.1.1', reason: 'a default route' }],
    configurationProblem: 'BGPPeer "rack1": syntax error',
  });
});

test('answer: class Routes -> by family, source by the name of the protocol, used or not', () => {
  const plain = { table: 'master4', since: '', preference: 100, communities: [] };
  const routes = [
    ['10.24.1.0/26', 'Mesh_10_0_0_2', true, '10.0.0.2'],
    ['10.24.1.0/26', 'Node_10_0_0_9', false, '10.0.0.9'],
    ['10.24.2.0/26', 'blocks4', true, undefined],
    ['0.0.0.0/0', 'kernel4', true, '10.0.0.254'],
    ['fd00::/64', 'direct1', true, undefined],
  ] as const;
  const answer = routesAnswer(
    routes.map(([destination, protocol, best, via]) => ({
      ...plain,
      kind: 'unicast',
      destination: parseCidr(destination),
      protocol,
      best,
      nextHops: via === undefined ? [] : [{ via: parseIp(via), device: 'eth0' }],
    })),
    new Map([['Mesh_10_0_0_2', parseIp('10.0.0.2')]]),
  );
  const shown = [...(answer.routesV4 ?? []), ...(answer.routesV6 ?? [])].map(
    ({ type, destination, gateway = '-', learnedFrom }) =>
      `${type} ${destination} ${gateway} ${learnedFrom?.sourceType} ${learnedFrom?.peerIP ?? '-'}`,
  );
  assert.deepEqual(shown, [
    'FIB 10.24.1.0/26 10.0.0.2 NodeMesh 10.0.0.2',
    'RIB 10.24.1.0/26 10.0.0.9 BGPPeer -',
    'FIB 10.24.2.0/26 - Static -',
    'FIB 0.0.0.0/0 10.0.0.254 Kernel -',
    'FIB fd00::/64 - Direct -',
  ]);
});
