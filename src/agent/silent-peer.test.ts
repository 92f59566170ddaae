import assert from 'node:assert/strict';
import { test } from 'node:test';
import { birdSession, desiredSession } from '../../test/support/bgp-sessions.ts';
import type { BirdSession } from '../bird/bird-session.ts';
import type { BgpSession } from '../desired/node-state.ts';
import { silentPeer } from './silent-peer.ts';

const plain = desiredSession('Global_10_0_1_1');
const locked: BgpSession = { ...plain, password: { key: 'bgp/rack', version: '1' } };
const waiting: BirdSession = { ...birdSession('Global_10_0_1_1', false), bgpState: 'Connect' };

const cases: readonly [name: string, session: BgpSession, bird: BirdSession | undefined, ms: number, doubt?: RegExp][] =
  [
    ['password, nobody answers', locked, waiting, 5000, /another password than Secret "bgp" with key "rack"$/],
    ['no password, nobody answers', plain, waiting, 5000, /not answered: .* wants a password$/],
    [
      'passive, nobody comes',
      { ...plain, passive: true },
      { ...waiting, bgpState: 'Passive' },
      5000,
      /does not connect/,
    ],
    ['only just begun', locked, waiting, 4999],
    ['TCP stands', locked, { ...waiting, bgpState: 'OpenSent' }, 9000],
    ['waits after an error', locked, { ...waiting, bgpState: 'Idle' }, 9000],
    [
      'disabled by hand',
      plain,
      { ...waiting, state: 'down', bgpState: 'Down' },
      0,
      /^disabled .* enable Global_10_0_1_1$/,
    ],
    ['BIRD has no such session', locked, undefined, 9000],
  ];
for (const [name, session, bird, ms, doubt] of cases) {
  test(`session that waits: ${name} -> ${doubt === undefined ? 'nothing to say' : doubt.source}`, () => {
    const text = silentPeer(session, bird, ms);
    if (doubt === undefined) assert.equal(text, undefined);
    else assert.match(text ?? '', doubt);
  });
}
