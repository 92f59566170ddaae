import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer } from '../../test/support/test-server.ts';
import type { HostEndpoint } from '../api/calico-endpoints.ts';
import { hostEndpoints, kubeControllersConfigurations, nodes } from '../api/kinds.ts';
import { createLogger } from '../base/log.ts';
import { systemClock } from '../datastore/system-clock.ts';
import { Controllers } from './controllers.ts';

test('host endpoints: switched on, label changed, edited, node gone, switched off', async (t) => {
  const server = await startTestServer();
  const cluster = server.connect();
  const logger = createLogger(() => {}, Date.now);
  const stopping = new AbortController();
  const surroundings = { clock: systemClock, random: Math.random, logger };
  const controllers = new Controllers(cluster, { lab: false, leakGraceMs: 60_000 }, surroundings);
  t.after(async () => {
    stopping.abort();
    await controllers.stop();
    await server.stop();
  });
  const settle = async (what: string, wanted: readonly string[], of: (endpoint: HostEndpoint) => string) => {
    const deadline = performance.now() + 4000;
    for (;;) {
      const found = (await cluster.list(hostEndpoints)).items.map(of).sort();
      if (JSON.stringify(found) === JSON.stringify(wanted)) return;
      assert.ok(performance.now() < deadline, `${what}: ${JSON.stringify(found)}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const name = ({ metadata }: HostEndpoint): string => metadata.name;
  const zones = ({ metadata, spec }: HostEndpoint): string =>
    `${metadata.name} ${metadata.labels?.zone ?? '-'} ${spec.interfaceName}`;
  const autoCreate = (value: 'Enabled' | 'Disabled') => ({
    spec: { controllers: { node: { hostEndpoint: { autoCreate: value } } } },
  });

  for (const zone of ['a', 'b']) await cluster.create(nodes, { metadata: { name: `node-${zone}`, labels: { zone } } });
  await cluster.create(hostEndpoints, {
    metadata: { name: 'mine' },
    spec: { node: 'node-a', interfaceName: 'eth7' },
  });
  await cluster.create(kubeControllersConfigurations, { metadata: { name: 'default' }, ...autoCreate('Enabled') });
  await controllers.start(stopping.signal);
  await settle('made', ['mine - eth7', 'node-a-auto-hep a *', 'node-b-auto-hep b *'], zones);

  await cluster.patch(nodes, 'node-a', undefined, 'merge', { metadata: { labels: { zone: 'c' } } });
  await settle('label follows', ['mine - eth7', 'node-a-auto-hep c *', 'node-b-auto-hep b *'], zones);

  await cluster.patch(hostEndpoints, 'node-b-auto-hep', undefined, 'merge', { spec: { interfaceName: 'eth0' } });
  await settle('put right', ['mine - eth7', 'node-a-auto-hep c *', 'node-b-auto-hep b *'], zones);

  await cluster.delete(hostEndpoints, 'node-b-auto-hep', undefined);
  await settle('made again', ['mine', 'node-a-auto-hep', 'node-b-auto-hep'], name);

  await cluster.delete(nodes, 'node-b', undefined);
  await settle('gone with its node', ['mine', 'node-a-auto-hep'], name);

  await cluster.patch(kubeControllersConfigurations, 'default', undefined, 'merge', autoCreate('Disabled'));
  await settle('switched off', ['mine'], name);
});
