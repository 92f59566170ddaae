import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer } from '../../test/support/test-server.ts';
import { events, pods } from '../api/kinds.ts';
import { silentLogger } from '../base/log.ts';
import { createEventRecorder, type EventNote } from './record-event.ts';
import { systemClock } from './system-clock.ts';

test('event: the same again counts up; another message is another event; a missing namespace is no error', async (t) => {
  const server = await startTestServer();
  t.after(() => server.stop());
  const cluster = server.connect();
  let nowMs = Date.parse('2026-01-01T00:00:00Z');
  const record = createEventRecorder(cluster, { ...systemClock, now: () => nowMs }, silentLogger);
  const about = { metadata: { name: 'web', namespace: 'default', uid: 'u1' }, spec: { containers: [] } };
  const note: EventNote = {
    kind: pods,
    about,
    reason: 'Started',
    message: 'Started container a',
    component: 'kubelet',
  };
  await record(note);
  nowMs += 5000;
  await record(note);
  await record({ ...note, message: 'Started container b' });
  await record({ ...note, about: { metadata: { name: 'web', namespace: 'nowhere', uid: 'u2' } } });
  const { items } = await cluster.list(events);
  const seen = items.map(({ message, count, firstTimestamp, lastTimestamp, involvedObject }) => {
    const times = `${firstTimestamp?.slice(14, 19)} ${lastTimestamp?.slice(14, 19)}`;
    return `${involvedObject.kind}/${involvedObject.name} ${message} x${count} ${times}`;
  });
  assert.deepEqual(seen.toSorted(), [
    'Pod/web Started container a x2 00:00 00:05',
    'Pod/web Started container b x1 00:05 00:05',
  ]);
});
