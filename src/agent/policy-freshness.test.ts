import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { startTestServer } from '../../test/support/test-server.ts';
import {
  adminNetworkPolicies,
  globalNetworkPolicies,
  kubernetesPolicies,
  namespaces,
  networkPolicies,
  tiers,
} from '../api/kinds.ts';
import { silentLogger } from '../base/log.ts';
import { systemClock } from '../datastore/system-clock.ts';
import { Caches } from './caches.ts';
import { PolicyFreshness } from './policy-freshness.ts';

const spec = { selector: 'all()', types: ['Ingress' as const] };

/** A server with a policy of each kind, caches that have not begun, and a patience that ends when the test says so. */
async function makeWorld(t: TestContext) {
  const server = await startTestServer();
  const cluster = server.connect();
  await cluster.create(namespaces, { metadata: { name: 'room' } });
  await cluster.create(networkPolicies, { metadata: { name: 'a', namespace: 'default' }, spec });
  await cluster.create(kubernetesPolicies, {
    metadata: { name: 'b', namespace: 'default' },
    spec: { podSelector: {} },
  });
  await cluster.create(globalNetworkPolicies, { metadata: { name: 'c' }, spec });
  await cluster.create(adminNetworkPolicies, {
    metadata: { name: 'd' },
    spec: { priority: 1, subject: { namespaces: {} } },
  });
  await cluster.create(tiers, { metadata: { name: 'e' }, spec: { order: 1 } });
  const caches = new Caches(cluster, { nodeName: 'node1', backend: 'none' }, silentLogger);
  t.after(async () => {
    await caches.stop();
    await server.stop();
  });
  let endOfPatience = (): void => {};
  const patience = new Promise<void>((resolve) => {
    endOfPatience = resolve;
  });
  const clock = { ...systemClock, sleep: () => patience };
  const freshness = new PolicyFreshness({ cluster, caches: caches.policy, clock });
  return { cluster, caches, freshness, endOfPatience };
}

test('freshness: the watches have told of everything -> at once', async (t) => {
  const { caches, freshness } = await makeWorld(t);
  await caches.start(new AbortController().signal);
  await freshness.reach('default');
});

test('freshness: a watch is behind -> waits until it has told', async (t) => {
  const { cluster, caches, freshness } = await makeWorld(t);
  const { networkPolicies: late, ...others } = caches.policy;
  await Promise.all(Object.values(others).map((cache) => cache.start(new AbortController().signal)));
  let reached = false;
  const reaching = freshness.reach('default').then(() => {
    reached = true;
  });
  await freshness.reach('room');
  await cluster.get(namespaces, 'default');
  assert.equal(reached, false, 'only the policies of other namespaces are known');
  await late.start(new AbortController().signal);
  await reaching;
});

for (const [late, missing] of [
  ['globalNetworkPolicies', /the watch has not told of "c"/],
  ['adminNetworkPolicies', /the watch has not told of "d"/],
  ['tiers', /the watch has not told of "/],
] as const) {
  test(`freshness: the watch of ${late} does not get there -> code 11 that names what is missing`, async (t) => {
    const { caches, freshness, endOfPatience } = await makeWorld(t);
    const others = Object.entries(caches.policy).filter(([name]) => name !== late);
    await Promise.all(others.map(([, cache]) => cache.start(new AbortController().signal)));
    endOfPatience();
    await assert.rejects(freshness.reach('default'), { code: 11, message: missing });
  });
}
