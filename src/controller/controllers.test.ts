import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { startTestServer } from '../../test/support/test-server.ts';
import type { Deployment, Pod, Toleration } from '../api/core.ts';
import * as kinds from '../api/kinds.ts';
import type { Kind, KubernetesObject } from '../api/meta.ts';
import type { Clock } from '../base/clock.ts';
import { WeftError } from '../base/errors.ts';
import { createLogger } from '../base/log.ts';
import { systemClock } from '../datastore/system-clock.ts';
import { allocateAddresses } from '../ipam/allocate.ts';
import { newBlock } from '../ipam/new-block.ts';
import { parseCidr } from '../net/cidr.ts';
import { Controllers } from './controllers.ts';
import { FakeKubelet } from './testing/fake-kubelet.ts';

/** A real API server, the controllers, and pretended kubelets. */
async function labWorld(t: TestContext, leakGraceMs = 60_000, clock: Clock = systemClock) {
  const server = await startTestServer();
  const cluster = server.connect();
  const log: Record<string, unknown>[] = [];
  const logger = createLogger((line) => log.push(JSON.parse(line)), Date.now);
  const stopping = new AbortController();
  const kubelet = new FakeKubelet(cluster);
  const controllers = new Controllers(cluster, { lab: true, leakGraceMs }, { clock, random: Math.random, logger });
  t.after(async () => {
    stopping.abort();
    await controllers.stop();
    await kubelet.stop();
    await server.stop();
  });
  await kubelet.start(stopping.signal);
  return { cluster, kubelet, log, start: () => controllers.start(stopping.signal) };
}

type World = Awaited<ReturnType<typeof labWorld>>;

/** Waits until the objects of a kind satisfy the condition. */
async function until<T extends KubernetesObject>(
  { cluster, log }: World,
  kind: Kind<T>,
  what: string,
  condition: (items: readonly T[]) => boolean,
): Promise<readonly T[]> {
  const deadline = performance.now() + 4000;
  for (;;) {
    const { items } = await cluster.list(kind);
    if (condition(items)) return items;
    assert.ok(performance.now() < deadline, `${what}; found ${JSON.stringify(items)}; log ${JSON.stringify(log)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function deployment(replicas: number, image = 'nginx:1'): Deployment {
  const spec = {
    terminationGracePeriodSeconds: 0,
    containers: [{ name: 'web', image, ports: [{ containerPort: 80 }] }],
  };
  const template = { metadata: { labels: { app: 'web' } }, spec };
  return {
    metadata: { name: 'web', namespace: 'default' },
    spec: { replicas, selector: { matchLabels: { app: 'web' } }, template },
  };
}

const isDone = (replicas: number) => (items: readonly Deployment[]) => {
  const [found] = items;
  const status: Record<string, unknown> = { ...found?.status };
  return (
    status.observedGeneration === found?.metadata.generation &&
    ['replicas', 'updatedReplicas', 'availableReplicas'].every((name) => (status[name] ?? 0) === replicas)
  );
};
const bound = (count: number) => (items: readonly Pod[]) =>
  items.length === count && items.every((pod) => pod.spec.nodeName);

describe('a Deployment and its Service', () => {
  it('pods spread over the nodes, endpoints in a slice, scale and roll-out', async (t) => {
    const world = await labWorld(t);
    const { cluster, kubelet } = world;
    await kubelet.addNode('master', {
      taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }],
    });
    for (const name of ['node1', 'node2']) await kubelet.addNode(name);
    await world.start();
    await cluster.create(kinds.services, {
      metadata: { name: 'web', namespace: 'default' },
      spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
    });
    await cluster.create(kinds.deployments, deployment(4));
    await until(world, kinds.deployments, 'rolled out', isDone(4));
    const pods = await until(world, kinds.pods, 'bound', bound(4));
    assert.deepEqual(pods.map((pod) => pod.spec.nodeName).sort(), ['node1', 'node1', 'node2', 'node2']);
    await until(world, kinds.endpointSlices, '4 ready endpoints', (slices) =>
      slices.some((slice) => slice.endpoints.length === 4 && slice.endpoints.every((one) => one.conditions?.ready)),
    );
    await until(
      world,
      kinds.endpoints,
      'the same 4 in Endpoints',
      ([found]) => found?.subsets?.[0]?.addresses?.length === 4,
    );

    await cluster.patch(kinds.deployments, 'web', 'default', 'merge', { spec: { replicas: 2 } });
    await until(world, kinds.deployments, 'scaled down', isDone(2));
    await cluster.patch(kinds.deployments, 'web', 'default', 'merge', { spec: deployment(2, 'nginx:2').spec });
    await until(world, kinds.deployments, 'rolled', isDone(2));
    const after = await until(world, kinds.pods, 'only new pods', (items) => items.length === 2);
    assert.ok(after.every((pod) => pod.spec.containers[0]?.image === 'nginx:2'));
    const [found] = (await cluster.list(kinds.deployments)).items;
    assert.equal(found?.metadata.annotations?.['deployment.kubernetes.io/revision'], '2');
    await cluster.delete(kinds.services, 'web', 'default');
    await until(world, kinds.endpoints, 'Endpoints gone with their Service', (items) => items.length === 0);
  });

  it('new version never ready: old pods stay', async (t) => {
    const world = await labWorld(t);
    await world.kubelet.addNode('node1');
    await world.start();
    await world.cluster.create(kinds.deployments, deployment(4));
    await until(world, kinds.deployments, 'rolled out', isDone(4));
    world.kubelet.broken = /nginx:2/;
    await world.cluster.patch(kinds.deployments, 'web', 'default', 'merge', { spec: deployment(4, 'nginx:2').spec });
    const isReady = (pod: Pod) => pod.status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True');
    const pods = await until(
      world,
      kinds.pods,
      'two new pods that are not ready',
      (items) => items.length === 5 && items.filter((pod) => pod.status?.podIP && !isReady(pod)).length === 2,
    );
    assert.equal(pods.filter(isReady).length, 3);
  });
});

describe('scheduling', () => {
  it('no node: Unschedulable; a node comes: bound', async (t) => {
    const world = await labWorld(t);
    await world.start();
    const spec = { containers: [{ name: 'c', image: 'nginx' }] };
    await world.cluster.create(kinds.pods, { metadata: { name: 'p', namespace: 'default' }, spec });
    await until(
      world,
      kinds.pods,
      'Unschedulable',
      ([pod]) =>
        pod?.status?.conditions?.some((one) => one.type === 'PodScheduled' && one.reason === 'Unschedulable') === true,
    );
    await world.kubelet.addNode('node1');
    await until(world, kinds.pods, 'bound', bound(1));
  });

  it('100 pods at once: every one bound, evenly, quickly', async (t) => {
    const world = await labWorld(t);
    for (const name of ['node1', 'node2', 'node3', 'node4']) await world.kubelet.addNode(name);
    await world.start();
    const started = performance.now();
    await world.cluster.create(kinds.deployments, deployment(100));
    const pods = await until(world, kinds.pods, 'bound', bound(100));
    t.diagnostic(`100 pods made and bound in ${Math.round(performance.now() - started)} ms`);
    const counts = [...Map.groupBy(pods, (pod) => pod.spec.nodeName).values()].map((group) => group.length);
    assert.deepEqual(counts, [25, 25, 25, 25]);
  });

  it('tiers may not be read: the controllers that need none run all the same', async (t) => {
    const world = await labWorld(t);
    const { list } = world.cluster;
    t.mock.method(world.cluster, 'list', (...[kind, options]: Parameters<typeof list>) =>
      kind === kinds.tiers
        ? Promise.reject(new WeftError('API_FORBIDDEN', 'not in the role'))
        : list.call(world.cluster, kind, options),
    );
    const starting = world.start();
    await world.cluster.create(kinds.namespaces, { metadata: { name: 'blue' } });
    await until(world, kinds.serviceAccounts, 'default in blue', (items) =>
      items.some(({ metadata }) => metadata.namespace === 'blue'),
    );
    t.mock.restoreAll();
    await starting;
  });

  it('every namespace has a default ServiceAccount', async (t) => {
    const world = await labWorld(t);
    await world.start();
    await world.cluster.create(kinds.namespaces, { metadata: { name: 'blue' } });
    await until(world, kinds.serviceAccounts, 'default in blue', (items) =>
      items.some(({ metadata }) => metadata.name === 'default' && metadata.namespace === 'blue'),
    );
  });
});

describe('nodes', () => {
  it('kubelet silent for 40 s: node Unknown, its pods not ready; node deleted: its pods too', async (t) => {
    let passedMs = 0;
    const world = await labWorld(t, 60_000, { ...systemClock, monotonicMs: () => performance.now() + passedMs });
    const { cluster, kubelet } = world;
    await kubelet.addNode('node1');
    await world.start();
    await cluster.create(kinds.deployments, deployment(1));
    await until(world, kinds.deployments, 'rolled out', isDone(1));
    passedMs = 41_000;
    await cluster.patch(kinds.nodes, 'node1', undefined, 'merge', { metadata: { labels: { wake: 'up' } } });
    await until(
      world,
      kinds.nodes,
      'Unknown',
      ([node]) => node?.status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'Unknown') === true,
    );
    await until(
      world,
      kinds.pods,
      'not ready',
      ([pod]) => pod?.status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'False') === true,
    );
    await cluster.delete(kinds.nodes, 'node1');
    await until(world, kinds.pods, 'replaced', ([pod]) => pod !== undefined && !pod.spec.nodeName);
  });
});

describe('taint NoExecute', () => {
  const taint = (key: string) => ({ spec: { taints: [{ key, effect: 'NoExecute' as const }] } });
  const pod = (name: string, tolerations: readonly Toleration[]) => ({
    metadata: { name, namespace: 'default' },
    spec: { nodeName: 'node1', terminationGracePeriodSeconds: 0, tolerations, containers: [{ name: 'c', image: 'x' }] },
  });
  const names = (items: readonly Pod[]) => items.map(({ metadata }) => metadata.name).join();

  it('pods that do not tolerate it go at once, those that do for a while later, the others stay', async (t) => {
    let passedMs = 0;
    const world = await labWorld(t, 60_000, { ...systemClock, monotonicMs: () => performance.now() + passedMs });
    const { cluster, kubelet } = world;
    await kubelet.addNode('node1');
    await world.start();
    await cluster.create(kinds.pods, pod('plain', []));
    await cluster.create(kinds.pods, pod('stays', [{ key: 'fire', operator: 'Exists' }]));
    await cluster.create(kinds.pods, pod('while', [{ key: 'fire', operator: 'Exists', tolerationSeconds: 30 }]));
    await until(world, kinds.pods, 'all there', (items) => items.length === 3);
    await cluster.patch(kinds.nodes, 'node1', undefined, 'merge', taint('fire'));
    await until(world, kinds.pods, 'plain evicted', (items) => names(items) === 'stays,while');
    passedMs = 31_000;
    await cluster.patch(kinds.nodes, 'node1', undefined, 'merge', { metadata: { labels: { wake: 'up' } } });
    await until(world, kinds.pods, 'while evicted', (items) => names(items) === 'stays');
    await until(world, kinds.events, 'told', (items) => items.some(({ reason }) => reason === 'TaintManagerEviction'));
  });
});

describe('address collection', () => {
  const blockWith = (pod: string, node: string) => {
    const rules = { nowMs: Date.now(), cooldownSeconds: 0, reserved: [] };
    const owner = { handle: `k8s-pod-network.${pod}`, attributes: { pod, namespace: 'default', node } };
    return allocateAddresses(newBlock(parseCidr('10.24.0.0/26'), node, Date.now()), owner, 1, rules).block;
  };

  it('node gone: its addresses are released, then its block', async (t) => {
    const world = await labWorld(t);
    await world.cluster.create(kinds.ipamConfigurations, {
      metadata: { name: 'default' },
      spec: { ipCooldownSeconds: 0 },
    });
    await world.cluster.create(kinds.ipamBlocks, blockWith('ghost', 'node9'));
    await world.start();
    await until(world, kinds.ipamBlocks, 'block gone', (items) => items.length === 0);
    const words = world.log.map(({ msg }) => msg);
    for (const msg of [
      'Candidate IP leak',
      'Confirmed IP leak after grace period',
      'Garbage collecting leaked IP address',
    ]) {
      assert.ok(words.includes(msg), msg);
    }
  });

  it('pod gone: released after the grace; the block of a living node stays', async (t) => {
    const world = await labWorld(t, 300);
    await world.kubelet.addNode('node1');
    await world.cluster.create(kinds.ipamBlocks, blockWith('ghost', 'node1'));
    await world.start();
    await until(
      world,
      kinds.ipamBlocks,
      'released',
      ([block]) => block?.spec.attributes.every((one) => one.handle_id === undefined) === true,
    );
  });
});
