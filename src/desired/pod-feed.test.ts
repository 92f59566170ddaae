import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../api/core.ts';
import { parseIp } from '../net/ip.ts';
import { parseMac } from '../net/mac.ts';
import type { PolicyChange } from '../policy/policy-input.ts';
import { PodFeed } from './pod-feed.ts';
import type { LocalEndpoint } from './snapshot.ts';

interface Wish {
  readonly version: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly ip?: string;
  readonly phase?: 'Running' | 'Succeeded';
  readonly uid?: string;
}

function pod({ version, labels = {}, ip, phase = 'Running', uid = 'u1' }: Wish): Pod {
  return {
    metadata: { name: 'web', namespace: 'default', labels, uid, resourceVersion: String(version) },
    spec: { nodeName: 'node1', containers: [{ name: 'main' }] },
    status: { phase, ...(ip === undefined ? {} : { podIP: ip, podIPs: [{ ip }] }) },
  };
}

function attachment(ip: string, more: Partial<LocalEndpoint> = {}): LocalEndpoint {
  return {
    ...{ containerId: 'c1', namespace: 'default', pod: 'web', device: 'cali1', addresses: [parseIp(ip)] },
    mac: parseMac('02:00:00:00:00:01'),
    ...more,
  };
}

/** `endpoint default/web app=a 10.0.0.1`, `local cali1 -> default/web`. */
function texts(changes: readonly PolicyChange[]): readonly string[] {
  return changes.map((change) => {
    if (change.value === undefined) return `${change.kind} ${change.key} gone`;
    if (change.kind === 'local') return `local ${change.key} -> ${change.value.endpoint ?? 'anything'}`;
    if (change.kind !== 'endpoint') return change.kind;
    const { labels, addresses } = change.value;
    return `endpoint ${change.key} ${labels.app ?? '-'} ${addresses.join(',')}`;
  });
}

test('pods: a pod elsewhere comes, changes, goes -> so does its endpoint', () => {
  const feed = new PodFeed();
  assert.deepEqual(texts(feed.changed(pod({ version: 1, ip: '10.0.0.1', labels: { app: 'a' } }), false)), [
    'endpoint default/web a 10.0.0.1',
  ]);
  assert.deepEqual(texts(feed.changed(pod({ version: 2, ip: '10.0.0.1', labels: { app: 'b' } }), false)), [
    'endpoint default/web b 10.0.0.1',
  ]);
  assert.deepEqual(texts(feed.changed(pod({ version: 3 }), true)), ['endpoint default/web gone']);
  assert.deepEqual(texts(feed.changed(pod({ version: 3 }), true)), []);
});

test('pods: attached here -> its addresses count before the API has them, and only as long as it is attached', () => {
  const feed = new PodFeed();
  feed.read(pod({ version: 1, labels: { app: 'a' } }));
  assert.deepEqual(texts(feed.attached([attachment('10.0.0.9')])), [
    'local cali1 -> default/web',
    'endpoint default/web a 10.0.0.9',
  ]);
  assert.deepEqual(texts(feed.attached([attachment('10.0.0.9')])), []);
  assert.deepEqual(texts(feed.changed(pod({ version: 2, ip: '10.0.0.9', labels: { app: 'a' } }), false)), [
    'endpoint default/web a 10.0.0.9',
  ]);
  assert.deepEqual(texts(feed.attached([])), ['local cali1 gone', 'endpoint default/web a 10.0.0.9']);
});

test('pods: deleted or finished while the sandbox stands -> last labels go on until it is gone', () => {
  for (const end of [
    { last: pod({ version: 5 }), deleted: true },
    { last: pod({ version: 5, phase: 'Succeeded' }), deleted: false },
  ]) {
    const feed = new PodFeed();
    feed.changed(pod({ version: 1, ip: '10.0.0.1', labels: { app: 'a' } }), false);
    feed.attached([attachment('10.0.0.1')]);
    const said = texts(feed.changed(end.last, end.deleted)).filter((text) => text.endsWith('gone'));
    assert.deepEqual(said, [], 'still here');
    assert.deepEqual(texts(feed.attached([])).includes('local cali1 gone'), true);
  }
});

test('pods: the watch is behind what was read -> old news is ignored, the deletion of a former pod of the name too', () => {
  const feed = new PodFeed();
  feed.read(pod({ version: 12, uid: 'u2', labels: { app: 'new' } }));
  assert.deepEqual(texts(feed.changed(pod({ version: 9, uid: 'u1', labels: { app: 'old' } }), false)), []);
  assert.deepEqual(texts(feed.changed(pod({ version: 10, uid: 'u1' }), true)), []);
  assert.deepEqual(texts(feed.changed(pod({ version: 11, uid: 'u2' }), false)), []);
  assert.deepEqual(texts(feed.changed(pod({ version: 12, uid: 'u2', labels: { app: 'new' } }), false)), [
    'endpoint default/web new ',
  ]);
  assert.deepEqual(texts(feed.changed(pod({ version: 13, uid: 'u2' }), true)), ['endpoint default/web gone']);
});

test('pods: read ahead of the watch, then only its end is told of -> gone', () => {
  const feed = new PodFeed();
  feed.changed(pod({ version: 3, labels: { app: 'a' } }), false);
  feed.read(pod({ version: 5, labels: { app: 'b' } }));
  assert.deepEqual(texts(feed.changed(pod({ version: 3 }), true)), ['endpoint default/web gone']);
});

test('pods: a container that is no pod -> local without endpoint; a device that changes hands -> says so', () => {
  const feed = new PodFeed();
  const container = attachment('10.0.0.1', { namespace: '', pod: 'c7', device: 'cali7' });
  assert.deepEqual(texts(feed.attached([container])), ['local cali7 -> anything']);
  assert.deepEqual(texts(feed.attached([attachment('10.0.0.1', { device: 'cali7' })])), [
    'local cali7 -> default/web',
    'endpoint default/web gone',
  ]);
});
