import assert from 'node:assert/strict';
import { test } from 'node:test';
import { desiredSession } from '../../test/support/bgp-sessions.ts';
import type { BgpSession } from '../desired/node-state.ts';
import { parseIp } from '../net/ip.ts';
import { type BgpNote, bgpNotes, nothingTold, type Told } from './bgp-notes.ts';
import type { SessionRecord } from './bgp-sessions.ts';
import type { BgpStatus } from './bgp-status.ts';

interface Look {
  readonly sessions?: readonly SessionRecord[];
  readonly refusal?: BgpStatus['refusal'];
  readonly refused?: BgpStatus['refused'];
  readonly warnings?: readonly string[];
  readonly nowMs?: number;
}

const record = (established: boolean, more: Partial<SessionRecord> = {}, desired: Partial<BgpSession> = {}) => ({
  desired: desiredSession('Global_10_0_1_1', desired),
  established,
  sinceMs: 0,
  flaps: 0,
  ...more,
});
const up = record(true);
const down = record(false);
const refusedError = { lastError: { text: 'Socket: Connection refused', at: 0 } };
const mesh = (count: number, established: boolean): readonly SessionRecord[] =>
  Array.from({ length: count }, (_, i) => {
    const origin = { kind: 'Node', name: 'node1' } as const;
    const peer = parseIp(`10.0.0.${i + 1}`);
    return {
      ...record(established),
      desired: desiredSession(`Mesh_10_0_0_${i + 1}`, { origin, peer, peerAs: 64_512 }),
    };
  });
const routes = (count: number) => [
  {
    session: 'Global_10_0_1_1',
    count,
    routes: Array.from({ length: Math.min(count, 7) }, (_, i) => ({ destination: `10.${i}.0.0/16`, reason: 'pool' })),
  },
];

/** What the last look has to say. */
function walk(looks: readonly Look[]): readonly BgpNote[] {
  let told: Told = nothingTold;
  let notes: readonly BgpNote[] = [];
  for (const { sessions = [], refusal, refused = [], warnings = [], nowMs = 0 } of looks) {
    const status = { sessions, refused, ...(refusal === undefined ? {} : { refusal }) };
    ({ notes, told } = bgpNotes('node1', status, warnings, told, nowMs));
  }
  return notes;
}

const cases: readonly {
  readonly name: string;
  readonly looks: readonly Look[];
  readonly expected: readonly string[];
}[] = [
  { name: 'found established -> no news', looks: [{ sessions: [up] }], expected: [] },
  {
    name: 'comes up -> established',
    looks: [{ sessions: [down] }, { sessions: [up] }],
    expected: ['BGPSessionEstablished BGPPeer/rack1: BGP established with 10.0.1.1 (AS 64513)'],
  },
  {
    name: 'goes down -> lost, with the error',
    looks: [{ sessions: [up] }, { sessions: [record(false, refusedError)] }],
    expected: ['BGPSessionLost BGPPeer/rack1: BGP lost with 10.0.1.1 (AS 64513): Socket: Connection refused'],
  },
  { name: 'down for 29 s -> nothing yet', looks: [{ sessions: [down], nowMs: 29_000 }], expected: [] },
  {
    name: 'down for 30 s -> not established',
    looks: [{ sessions: [down] }, { sessions: [record(false, refusedError)], nowMs: 30_000 }],
    expected: [
      'BGPSessionNotEstablished BGPPeer/rack1: BGP not established within 30 s with 10.0.1.1 (AS 64513): Socket: Connection refused',
    ],
  },
  {
    name: 'still down -> not said again',
    looks: [
      { sessions: [down], nowMs: 30_000 },
      { sessions: [down], nowMs: 90_000 },
    ],
    expected: [],
  },
  {
    name: 'whole mesh lost -> one note with some names',
    looks: [{ sessions: mesh(8, true) }, { sessions: mesh(8, false) }],
    expected: [
      'BGPSessionLost Node/node1: BGP lost with 10.0.0.1 (AS 64512), 10.0.0.2 (AS 64512), 10.0.0.3 (AS 64512), 10.0.0.4 (AS 64512), 10.0.0.5 (AS 64512) and 3 more',
    ],
  },
  {
    name: 'configuration refused -> told of its object, once',
    looks: [{ refusal: { origin: 'BGPFilter "f"', reason: 'syntax error' } }],
    expected: [
      'BGPConfigurationRefused BGPFilter/f: BIRD refuses the configuration that follows from it, the one before stays in force: syntax error',
    ],
  },
  {
    name: 'configuration still refused -> nothing',
    looks: [
      { refusal: { origin: 'BGPFilter "f"', reason: 'syntax error' } },
      { refusal: { origin: 'BGPFilter "f"', reason: 'syntax error' } },
    ],
    expected: [],
  },
  {
    name: 'routes refused -> told of the peer, the first ones named',
    looks: [{ sessions: [up], refused: routes(7) }],
    expected: [
      'BGPRoutesRefused BGPPeer/rack1: 7 routes of 10.0.1.1 refused: 10.0.0.0/16 (pool), 10.1.0.0/16 (pool), 10.2.0.0/16 (pool), 10.3.0.0/16 (pool), 10.4.0.0/16 (pool) and 2 more',
    ],
  },
  {
    name: 'the same routes still refused -> nothing',
    looks: [
      { sessions: [up], refused: routes(1) },
      { sessions: [up], refused: routes(1) },
    ],
    expected: [],
  },
  {
    name: 'warning about a peer and its filter -> told of both, the first that exists counts',
    looks: [{ warnings: ['BGPFilter "f" does not exist: BGPPeer "rack1" uses it'] }],
    expected: ['BGPFault BGPFilter/f BGPPeer/rack1: BGPFilter "f" does not exist: BGPPeer "rack1" uses it'],
  },
  {
    name: 'warning about the configuration in general -> told of the default one',
    looks: [{ warnings: ['BGPConfiguration: prefixAdvertisements: "x" found'] }],
    expected: ['BGPFault BGPConfiguration/default: BGPConfiguration: prefixAdvertisements: "x" found'],
  },
  {
    name: 'warning about something else -> no event of BGP',
    looks: [{ warnings: ['IPPool "p" is odd'] }],
    expected: [],
  },
];

for (const { name, looks, expected } of cases) {
  test(`notes: ${name}`, () => {
    const texts = walk(looks).map(({ reason, origins, message }) => {
      return `${reason} ${origins.map((origin) => `${origin.kind}/${origin.name}`).join(' ')}: ${message}`;
    });
    assert.deepEqual(texts, expected);
  });
}
