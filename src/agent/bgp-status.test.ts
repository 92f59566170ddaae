import assert from 'node:assert/strict';
import { test } from 'node:test';
import { daemon, desiredSession } from '../../test/support/bgp-sessions.ts';
import { parseIp } from '../net/ip.ts';
import type { SessionRecord } from './bgp-sessions.ts';
import { type BgpStatus, unreadiness } from './bgp-status.ts';

const bird = daemon('12:00:00', '12:00:00');
const record = (peer: string, established: boolean): SessionRecord => {
  return { desired: desiredSession(peer, { peer: parseIp(peer) }), established, sinceMs: 0, flaps: 0 };
};

const cases: readonly (readonly [string, Partial<BgpStatus>, string | undefined])[] = [
  [
    'BIRD down -> which socket, which unit',
    { silence: { isDown: true, reason: 'no such socket' } },
    'BIRD is not running (no answer at /run/calico/bird.ctl), its unit weft-bird must be started',
  ],
  [
    'BIRD silent -> the reason',
    { silence: { isDown: false, reason: 'no answer within 2 s' } },
    'BIRD does not answer: no answer within 2 s',
  ],
  ['no sessions -> ready', { daemon: bird }, undefined],
  [
    'one of two established -> ready',
    { daemon: bird, sessions: [record('10.0.1.1', true), record('10.0.1.2', false)] },
    undefined,
  ],
  [
    'none established -> all named',
    { daemon: bird, sessions: [record('10.0.1.1', false), record('10.0.1.2', false)] },
    'BIRD is not ready: BGP not established with 10.0.1.1,10.0.1.2',
  ],
  [
    'graceful restart -> not ready',
    {
      daemon: { ...bird, gracefulRestart: { channelsWaiting: 1, secondsLeft: 8 } },
      sessions: [record('10.0.1.1', true)],
    },
    'BIRD is not ready: graceful restart in progress',
  ],
];

for (const [name, status, expected] of cases) {
  test(`readiness of BGP: ${name}`, () => {
    assert.equal(unreadiness({ sessions: [], refused: [], ...status }, '/run/calico/bird.ctl'), expected);
  });
}
