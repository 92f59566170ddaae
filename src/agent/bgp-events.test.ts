import assert from 'node:assert/strict';
import { test } from 'node:test';
import { desiredSession } from '../../test/support/bgp-sessions.ts';
import { createLogger } from '../base/log.ts';
import { systemClock } from '../datastore/system-clock.ts';
import { BgpEvents, type BgpEventsParts } from './bgp-events.ts';
import type { SessionRecord } from './bgp-sessions.ts';

/** Peers with these names exist; time stands still until told otherwise. */
function makeWorld(peers: readonly string[]) {
  const written: string[] = [];
  const lines: string[] = [];
  let nowMs = 0;
  const get = (name: string) => (peers.includes(name) ? { metadata: { name } } : undefined);
  const none = { get: () => undefined };
  const caches = {
    bgp: { peers: { get }, filters: none, configurations: none, services: none },
    pools: none,
    nodes: none,
    blocks: none,
  };
  const events = new BgpEvents({
    record: async ({ about, reason }) => void written.push(`${about.metadata.name} ${reason}`),
    caches: caches as unknown as BgpEventsParts['caches'],
    clock: { ...systemClock, monotonicMs: () => nowMs },
    log: createLogger((line) => void lines.push(line), Date.now),
    host: 'node1',
  });
  const look = (sessions: readonly SessionRecord[], warnings: readonly string[] = []): void =>
    events.look({ sessions, refused: [] }, warnings);
  const advance = (ms: number): void => {
    nowMs += ms;
  };
  return { written, lines, look, advance };
}

const record = (name: string, established: boolean, sinceMs = 0): SessionRecord => {
  const desired = desiredSession(name, { origin: { kind: 'BGPPeer', name } });
  return { desired, established, sinceMs, flaps: 0 };
};

test('events: a session that comes and goes every two seconds -> each thing once in 30 s', () => {
  const { written, look, advance } = makeWorld(['rack1']);
  for (let i = 0; i < 20; i++) {
    look([record('rack1', i % 2 === 0, i * 2000)]);
    advance(2000);
  }
  assert.deepEqual(written, [
    'rack1 BGPSessionLost',
    'rack1 BGPSessionEstablished',
    'rack1 BGPSessionLost',
    'rack1 BGPSessionEstablished',
  ]);
});

test('events: a hundred peers lost at once -> 20 events, more as time goes on, and a line that says how many were not', () => {
  const names = Array.from({ length: 100 }, (_, i) => `p${i}`);
  const { written, lines, look, advance } = makeWorld(names);
  look(names.map((name) => record(name, true)));
  look(names.map((name) => record(name, false)));
  assert.equal(written.length, 20);
  advance(10_000);
  look(names.map((name) => record(name, true)));
  assert.equal(written.length, 22);
  assert.ok(lines.some((line) => line.includes('"count":80')));
});

test('events: the object does not exist, the next one named does -> told of that', () => {
  const { written, look } = makeWorld(['rack1']);
  look([], ['BGPFilter "missing" does not exist: BGPPeer "rack1" uses it']);
  look([], ['BGPFilter "missing" does not exist: BGPPeer "gone" uses it']);
  assert.deepEqual(written, ['rack1 BGPFault']);
});
