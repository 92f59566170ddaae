import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { events, pods } from '../api/kinds.ts';
import { startApiServer } from '../apiserver/server.ts';
import { silentLogger } from '../base/log.ts';
import { fixedCredentials } from './connection.ts';
import { HttpCluster } from './http-cluster.ts';
import { createEventRecorder, type EventNote } from './record-event.ts';
import { systemClock } from './system-clock.ts';

test('event: the same again counts up; another message is another event; a missing namespace is no error', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'weft-event-'));
  const path = join(directory, 'api.sock');
  const server = await startApiServer({ data: join(directory, 'db'), listen: [{ unix: path }] });
  t.after(async () => {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  });
  const target = { server: { kind: 'unix', path }, namespace: 'default', source: 'test' } as const;
  const cluster = new HttpCluster({ ...target, credentials: fixedCredentials({}) });
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
