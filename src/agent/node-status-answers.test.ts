import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../../test/support/test-node.ts';
import { startTestServer } from '../../test/support/test-server.ts';
import type { CalicoNodeStatus } from '../api/calico-config.ts';
import { calicoNodeStatuses } from '../api/kinds.ts';
import { silentLogger } from '../base/log.ts';
import { systemClock } from '../datastore/system-clock.ts';
import { answerNodeStatus } from './answer-node-status.ts';
import { NodeStatusAnswers } from './node-status-answers.ts';

test('node status: node without BGP -> NotReady and no sessions; once or by the period; failures are tried again', async (t) => {
  const server = await startTestServer();
  const cluster = server.connect();
  const times: Record<string, number> = {};
  let fails = false;
  const answers = new NodeStatusAnswers({
    cluster,
    nodeName: 'node1',
    // A second of the question is a hundredth here.
    clock: { ...systemClock, sleep: (ms, signal) => systemClock.sleep(ms / 100, signal) },
    random: () => 0,
    log: silentLogger,
    answer: async (classes, signal) => {
      const key = classes.join(' ');
      times[key] = (times[key] ?? 0) + 1;
      if (fails) throw new Error('BIRD has not answered');
      return answerNodeStatus(classes, undefined, signal);
    },
  });
  await answers.start(new AbortController().signal);
  t.after(async () => {
    await answers.stop();
    await server.stop();
  });
  const ask = (name: string, spec: CalicoNodeStatus['spec']) =>
    cluster.create(calicoNodeStatuses, { metadata: { name }, spec });
  const statusOf = async (name: string) => (await cluster.get(calicoNodeStatuses, name))?.status;

  await ask('once', { node: 'node1', classes: ['Agent', 'BGP', 'Routes'], updatePeriodSeconds: 0 });
  const { lastUpdated, ...rest } = await eventually('answer', () => statusOf('once'));
  assert.match(lastUpdated ?? '', /^\d{4}-\d\d-\d\dT/);
  assert.deepEqual(rest, {
    agent: { birdV4: { state: 'NotReady' }, birdV6: { state: 'NotReady' } },
    bgp: {
      numberEstablishedV4: 0,
      numberEstablishedV6: 0,
      numberNotEstablishedV4: 0,
      numberNotEstablishedV6: 0,
      peersV4: [],
      peersV6: [],
    },
    routes: {},
  });

  fails = true;
  await ask('again', { node: 'node1', classes: ['Agent'], updatePeriodSeconds: 1 });
  await eventually('tried', () => (times.Agent ?? 0) >= 2);
  assert.equal(await statusOf('again'), undefined);
  fails = false;
  await eventually('renewed', () => (times.Agent ?? 0) >= 5);
  assert.ok(await statusOf('again'));
  await cluster.delete(calicoNodeStatuses, 'again');
  await eventually('forgotten', async () => {
    const before = times.Agent;
    await systemClock.sleep(40);
    return before === times.Agent;
  });
  assert.equal(times['Agent BGP Routes'], 1, 'once, though our own answer has changed the object');
});
