import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { eventually } from '../../test/support/test-node.ts';
import { startTestServer } from '../../test/support/test-server.ts';
import type { BGPPeer } from '../api/calico-bgp.ts';
import type { Secret, Service } from '../api/core.ts';
import { bgpConfigurations, bgpFilters, bgpPeers, endpointSlices, pods, secrets, services } from '../api/kinds.ts';
import type { Kind, KubernetesObject } from '../api/meta.ts';
import { WeftError } from '../base/errors.ts';
import { silentLogger } from '../base/log.ts';
import type { Cluster } from '../datastore/cluster.ts';
import { systemClock } from '../datastore/system-clock.ts';
import { WatchCache } from '../datastore/watch-cache.ts';
import { BgpInputsReader } from './bgp-inputs.ts';
import { BgpSecrets } from './bgp-secrets.ts';

/** A server, and the Secrets that are asked of it. */
async function makeWorld(t: TestContext) {
  const server = await startTestServer();
  const cluster = server.connect();
  const asked: string[] = [];
  const world = { forbidden: false, hang: undefined as Promise<void> | undefined };
  const watched: Pick<Cluster, 'list' | 'watch'> = {
    async list(kind, options) {
      if (kind.kind === 'Secret') {
        asked.push(`${options?.namespace} ${options?.fieldSelector}`);
        await world.hang;
        if (world.forbidden) throw new WeftError('API_FORBIDDEN', 'secrets are forbidden');
      }
      return cluster.list(kind, options);
    },
    watch: (kind, version, options) => cluster.watch(kind, version, options),
  };
  let changes = 0;
  const held = new BgpSecrets({
    cluster: Object.assign(Object.create(cluster) as Cluster, watched),
    namespace: 'default',
    log: silentLogger,
    onChange: () => {
      changes += 1;
    },
  });
  t.after(async () => {
    await held.stop();
    await server.stop();
  });
  const put = async (name: string, data: Readonly<Record<string, string>>): Promise<Secret> => {
    const encoded = Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')]);
    const secret = { metadata: { name, namespace: 'default' }, data: Object.fromEntries(encoded) };
    const before = await cluster.get(secrets, name, 'default');
    return before === undefined ? cluster.create(secrets, secret) : cluster.update(secrets, { ...before, ...secret });
  };
  return { world, cluster, held, asked, put, changes: () => changes };
}

test('secrets: named -> only these are asked for; changed -> another version; not named any more -> forgotten', async (t) => {
  const { held, asked, put, changes } = await makeWorld(t);
  await put('a', { one: 'first', empty: '' });
  await put('b', { one: 'other' });
  held.follow([
    { secret: 'a', key: 'one' },
    { secret: 'a', key: 'empty' },
    { secret: 'a', key: 'absent' },
    { secret: 'later', key: 'one' },
  ]);
  await eventually('settled', () => held.settled);
  assert.deepEqual(asked.toSorted(), ['default metadata.name=a', 'default metadata.name=later']);
  assert.deepEqual([...held.passwords()], [['a/one', 'first']]);
  const before = held.versions().get('a/one');
  await put('a', { one: 'second' });
  await eventually('changed', () => held.passwords().get('a/one') === 'second');
  assert.notEqual(held.versions().get('a/one'), before);
  const seen = changes();
  await put('later', { one: 'created later' });
  await eventually('created', () => held.passwords().get('later/one') === 'created later');
  assert.ok(changes() > seen);
  held.follow([{ secret: 'later', key: 'one' }]);
  assert.deepEqual([...held.passwords().keys()], ['later/one']);
});

test('secrets: reading is forbidden -> no password, named; allowed later -> there', async (t) => {
  const { world, held, put } = await makeWorld(t);
  await put('a', { one: 'first' });
  world.forbidden = true;
  held.follow([{ secret: 'a', key: 'one' }]);
  await eventually('settled', () => held.settled);
  assert.deepEqual(held.problems(), ['Cannot watch Secret "default/a" of BGP: secrets are forbidden']);
  assert.equal(held.passwords().size, 0);
  world.forbidden = false;
  await eventually('there', () => held.passwords().get('a/one') === 'first');
  assert.deepEqual(held.problems(), []);
});

test('inputs: a Secret is not known yet -> what was known before stays; services are read only when announced', async (t) => {
  const { world, cluster, held, put } = await makeWorld(t);
  const cache = <T extends KubernetesObject>(kind: Kind<T>): WatchCache<T> => new WatchCache(cluster, kind);
  const bgp = {
    configurations: cache(bgpConfigurations),
    peers: cache(bgpPeers),
    filters: cache(bgpFilters),
    services: cache(services),
    endpointSlices: cache(endpointSlices),
  };
  const own = { ...bgp, pods: cache(pods) };
  await Promise.all(Object.values(own).map((one) => one.start()));
  t.after(() => Promise.all(Object.values(own).map((one) => one.stop())).then(() => {}));
  let changes = 0;
  let offsetMs = 0;
  const stop = new AbortController();
  t.after(() => stop.abort());
  const reader = new BgpInputsReader({
    nodeName: 'node1',
    caches: { bgp, pods: own.pods },
    secrets: held,
    clock: { ...systemClock, monotonicMs: () => performance.now() + offsetMs },
    signal: stop.signal,
    onChange: () => {
      changes += 1;
    },
  });
  reader.start();
  const peer: BGPPeer = { metadata: { name: 'p' }, spec: { peerIP: '10.0.0.1', asNumber: 1 } };
  await cluster.create(bgpPeers, peer);
  await eventually('peer', () => reader.read()?.peers.length === 1);
  const service: Service = { metadata: { name: 's', namespace: 'default' }, spec: { ports: [{ port: 80 }] } };
  const before = changes;
  await cluster.create(services, service);
  await eventually('service', () => bgp.services.get('s', 'default'));
  assert.equal(changes, before, 'nobody announces services');
  assert.deepEqual(reader.read()?.services, []);
  await cluster.create(bgpConfigurations, {
    metadata: { name: 'default' },
    spec: { serviceClusterIPs: [{ cidr: '10.96.0.0/12' }] },
  });
  await eventually('services', () => reader.read()?.services.some(({ metadata }) => metadata.name === 's'));

  const { promise, resolve } = Promise.withResolvers<void>();
  world.hang = promise;
  const password = { secretKeyRef: { name: 'slow', key: 'one' } };
  await put('slow', { one: 'x' });
  await cluster.create(bgpPeers, { metadata: { name: 'q' }, spec: { ...peer.spec, peerIP: '10.0.0.2', password } });
  await eventually('peer in the cache', () => bgp.peers.items().length === 2);
  assert.equal(reader.read()?.peers.length, 1, 'as before, while the Secret is being looked for');
  offsetMs = 6000;
  assert.deepEqual([reader.read()?.peers.length, reader.read()?.passwords.size], [2, 0], 'not for ever');
  resolve();
  await eventually('password', () => reader.read()?.passwords.has('slow/one'));
});
