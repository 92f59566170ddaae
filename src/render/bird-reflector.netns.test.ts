import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { bgpState, meshSession } from '../../test/support/bgp-states.ts';
import { type BirdRouter, BirdRouters } from '../../test/support/bird-routers.ts';
import type { Cidr } from '../net/cidr.ts';
import type { Ip } from '../net/ip.ts';
import type { BgpSession, BgpState } from '../routing/bgp-state.ts';

const reflector = '192.168.122.30';
const clients = ['192.168.122.31', '192.168.122.32'] as const;
const port = 1179;

const bfd = { minimumReceiveMs: 100, minimumTransmitMs: 100, multiplier: 3 };

/** Sessions as a BGPPeer between nodes makes them. BFD watches the second client: such a session ends with its peer's BIRD. */
const wishes: readonly Partial<BgpSession>[] = [
  { peerPort: port, restartSeconds: 30 },
  { peerPort: port, bfd },
];

function state(address: string, changes: Partial<BgpState>): BgpState {
  const common = {
    routerId: address as Ip,
    nodeAddress4: address as Ip,
    listenPort: port,
    listenOn: 'node',
    bfd,
  } as const;
  return bgpState({ ...common, ...changes });
}

const reflectorState = state(reflector, {
  clusterId: '244.0.0.1' as Ip,
  blocks: ['10.24.30.0/26' as Cidr],
  services: { announced: [], passedOn: ['203.0.113.0/24' as Cidr], all: ['203.0.113.0/24' as Cidr] },
  sessions: clients.map((client, i) => meshSession(client, reflector, { ...wishes[i], reflectorClient: true })),
});
const blockOf = (i: number) => `10.24.3${i + 1}.0/26` as Cidr;
const clientStates = clients.map((client, i) =>
  state(client, {
    blocks: [blockOf(i)],
    services: { announced: i === 0 ? ['203.0.113.7/32' as Cidr] : [], passedOn: [], all: ['203.0.113.0/24' as Cidr] },
    sessions: [meshSession(reflector, client, wishes[i])],
  }),
);

const routers = new BirdRouters();
let middle: BirdRouter;
let nodes: readonly BirdRouter[] = [];
const node = (i: number) => nodes[i] ?? assert.fail();

before(async () => {
  middle = routers.add(`${reflector}/24`);
  nodes = clients.map((client) => routers.add(`${client}/24`));
  await middle.configure(reflectorState);
  await Promise.all(nodes.map((one, i) => one.configure(clientStates[i] ?? assert.fail())));
});
after(() => routers.remove());

const known = [
  [`10.24.30.0/26 via ${reflector} dev eth0 metric 1024`, `10.24.32.0/26 via ${clients[1]} dev eth0 metric 1024`],
  [`10.24.30.0/26 via ${reflector} dev eth0 metric 1024`, `10.24.31.0/26 via ${clients[0]} dev eth0 metric 1024`],
] as const;

test("reflector: clients -> each other's blocks with the owner as next hop; services are passed on", async () => {
  for (const [i, one] of nodes.entries()) {
    await one.until(() => assert.deepEqual(one.kernelRoutes(), known[i]));
  }
  assert.ok(node(1).routes(`protocol Mesh_192_168_122_30`).includes('203.0.113.7/32'));
  assert.match(node(1).ask('show route all 10.24.31.0/26'), /BGP.cluster_list: 244\.0\.0\.1/);
});

test('bindMode NodeIP and listenPort: -> listens there and nowhere else', () => {
  const listening = middle.netns
    .run('ss -Hltn')
    .split('\n')
    .flatMap((line) => line.split(/\s+/)[3] ?? []);
  assert.deepEqual(listening, [`${reflector}:${port}`]);
});

test('BFD: -> up', async () => {
  await middle.until(() => assert.equal(middle.ask('show bfd sessions').match(/ Up /g)?.length, 1));
});

test('BIRD killed and started again: graceful restart -> no route leaves a kernel, there or elsewhere', async () => {
  const everyone = [middle, ...nodes];
  const before = everyone.map((one) => one.kernelRoutes());
  const sockets = (one: BirdRouter) => one.netns.run('cat /proc/net/netlink').split('\n').length;
  const quiet = everyone.map(sockets);
  const monitors = everyone.map((one) => one.netns.start('timeout 6 ip monitor route || true'));
  for (const [i, one] of everyone.entries()) await one.until(() => assert.ok(sockets(one) > Number(quiet[i])));
  await node(0).stop();
  assert.deepEqual(node(0).kernelRoutes(), before[1]);
  await node(0).configure(clientStates[0] ?? assert.fail());
  await node(0).until(() => assert.match(node(0).ask('show protocols Mesh_192_168_122_30'), /Established/));
  for (const changes of await Promise.all(monitors)) assert.doesNotMatch(changes, /Deleted/);
  assert.deepEqual(
    everyone.map((one) => one.kernelRoutes()),
    before,
  );
});
