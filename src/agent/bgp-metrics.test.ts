import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from 'prom-client';
import { birdSession, daemon, desiredSession } from '../../test/support/bgp-sessions.ts';
import { parseIp } from '../net/ip.ts';
import { BgpMetrics } from './bgp-metrics.ts';
import type { SessionRecord } from './bgp-sessions.ts';

const channel = { family: 4, state: 'UP', imported: 3, filtered: 1, exported: 2, preferred: 3 } as const;
const plain: SessionRecord = {
  desired: desiredSession('Global_10_0_1_1'),
  bird: birdSession('Global_10_0_1_1', true, { channels: [channel] }),
  established: true,
  sinceMs: 0,
  flaps: 2,
};
const ipv6: SessionRecord = {
  desired: desiredSession('Mesh_fd00__1', { type: 'mesh', peer: parseIp('fd00::1'), family: 6 }),
  established: false,
  sinceMs: 0,
  flaps: 0,
};
const nowMs = Date.parse('2026-06-01T00:00:00Z');

async function lines(...looks: readonly (readonly SessionRecord[])[]): Promise<readonly string[]> {
  const registry = new Registry();
  const metrics = new BgpMetrics(registry);
  for (const sessions of looks) {
    metrics.look({ daemon: daemon('12:00:00', '12:00:00'), sessions, refused: [] }, nowMs);
  }
  return (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

test('metrics: two sessions -> by state, session, family and direction', async () => {
  const found = await lines([plain, ipv6], [plain, ipv6]);
  assert.deepEqual(found.toSorted(), [
    'bgp_peers{ip_version="IPv4",status="Established"} 1',
    'bgp_peers{ip_version="IPv6",status="Established"} 0',
    'bgp_peers{ip_version="IPv6",status="down"} 1',
    'bgp_routes_imported{ip_version="IPv4"} 3',
    'bgp_routes_imported{ip_version="IPv6"} 0',
    'weft_bgp_session_flaps_total{session="Global_10_0_1_1"} 2',
    'weft_bgp_session_flaps_total{session="Mesh_fd00__1"} 0',
    // BIRD's clock is half an hour past what it gives for the session.
    `weft_bgp_session_last_change_timestamp_seconds{session="Global_10_0_1_1"} ${nowMs / 1000 - 1800}`,
    `weft_bgp_session_last_change_timestamp_seconds{session="Mesh_fd00__1"} ${nowMs / 1000}`,
    'weft_bgp_session_prefixes{session="Global_10_0_1_1",ip_version="IPv4",direction="exported"} 2',
    'weft_bgp_session_prefixes{session="Global_10_0_1_1",ip_version="IPv4",direction="filtered"} 1',
    'weft_bgp_session_prefixes{session="Global_10_0_1_1",ip_version="IPv4",direction="imported"} 3',
    'weft_bgp_session_up{session="Global_10_0_1_1",peer="10.0.1.1",type="global"} 1',
    'weft_bgp_session_up{session="Mesh_fd00__1",peer="fd00::1",type="mesh"} 0',
    'weft_bird_up 1',
  ]);
});

test('metrics: session gone -> its values are gone', async () => {
  const found = await lines([plain, ipv6], [ipv6]);
  assert.ok(!found.some((line) => line.includes('Global_10_0_1_1')));
});
