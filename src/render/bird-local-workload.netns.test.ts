import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type BirdRouter, BirdRouters } from '../../test/support/bird-routers.ts';
import { bgpOf, seedBgpConfiguration, seedBgpSnapshot, seedPeer } from '../../test/support/seed-bgp.ts';
import { seedEndpoint } from '../../test/support/seed-cluster.ts';

const snapshot = seedBgpSnapshot(
  {
    configurations: [seedBgpConfiguration({ nodeToNodeMeshEnabled: false, localWorkloadPeeringIPV4: '169.254.0.179' })],
    peers: [seedPeer('pods', { localWorkloadSelector: "app == 'router'", asNumber: 65_200 })],
    pods: [{ metadata: { name: 'router', namespace: 'default', labels: { app: 'router' } }, spec: { containers: [] } }],
  },
  { endpoints: [seedEndpoint('router', 'cali1', '10.24.1.5')] },
);

/** BIRD in the pod: all it knows of the node is where it is found. */
const inPod = `
router id 10.24.1.5;
protocol device {}
protocol static { ipv4; route 203.0.113.0/24 blackhole; route 0.0.0.0/0 blackhole; route 192.168.122.9/32 blackhole; }
protocol bgp node {
  local as 65200;
  neighbor 169.254.0.179 as 64512;
  multihop;
  connect delay time 1;
  ipv4 { import all; export where source = RTS_STATIC; };
}
`;

const routers = new BirdRouters();
let node: BirdRouter;
let pod: BirdRouter;

before(async () => {
  node = routers.add('192.168.122.21/24');
  pod = routers.add();
  // As the wiring and the agent leave it.
  node.netns.run(`ip link add cali1 type veth peer name pod0 netns ${pod.netns.name}`);
  node.netns.run('ip link set cali1 up && ip address add 169.254.0.179/32 dev cali1 scope link');
  pod.netns.run('ip link set pod0 up && ip address add 10.24.1.5/32 dev pod0');
  pod.netns.run('ip route add 169.254.1.1 dev pod0 scope link && ip route add default via 169.254.1.1');
  const mac = /ether (\S+)/.exec(node.netns.run('ip link show cali1'))?.[1] ?? assert.fail();
  pod.netns.run(`ip neighbour add 169.254.1.1 lladdr ${mac} dev pod0 nud permanent`);
  node.netns.run('ip route add 10.24.1.5/32 dev cali1 scope link proto boot');
  await Promise.all([node.configure(bgpOf(snapshot).bgp), pod.configure(inPod)]);
});
after(() => routers.remove());

test('session with a pod: -> what the pod announces is routed to it, and BIRD knows its route again', async () => {
  await node.until(() => {
    assert.deepEqual(node.kernelRoutes(), ['203.0.113.0/24 via 10.24.1.5 dev cali1 metric 1024 onlink']);
    // `!` is how BIRD marks a route that it cannot bring into line with the kernel.
    assert.match(node.ask('show route 203.0.113.0/24'), /\[Local_Workload_10_24_1_5 [^\]]*\] \*/);
  });
  assert.deepEqual(pod.routes('protocol node'), ['10.24.1.0/26']);
  const refused = node.routes('filtered protocol Local_Workload_10_24_1_5');
  assert.deepEqual(refused, ['0.0.0.0/0', '192.168.122.9/32'], 'a default route, the address of a neighbour');
});

test('session with a pod: pod announces something else -> the old route goes, the new one comes', async () => {
  await pod.configure(inPod.replaceAll('203.0.113.0/24', '198.51.100.0/24'));
  await node.until(() => {
    assert.deepEqual(node.kernelRoutes(), ['198.51.100.0/24 via 10.24.1.5 dev cali1 metric 1024 onlink']);
  });
});
