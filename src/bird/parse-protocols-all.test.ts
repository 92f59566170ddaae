import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { parseReply } from '../../test/support/parse-reply.ts';
import type { BirdSession } from './bird-session.ts';
import { parseProtocolsAll } from './parse-protocols-all.ts';

/** What BIRDs in all sorts of trouble said. */
function read(file: string): readonly BirdSession[] {
  return parseProtocolsAll(parseReply(readFileSync(new URL(`testdata/${file}`, import.meta.url), 'utf8')));
}

const sessions = read('show-protocols-all.txt');

describe('BIRD show protocols all: states', () => {
  const states: readonly [about: string, name: string, state: string, bgp: string, lastError: string | undefined][] = [
    ['established', 'Mesh_10_9_0_2', 'up', 'Established', undefined],
    ['host unreachable', 'Global_10_9_0_3', 'start', 'Active', 'Socket: No route to host'],
    ['wrong AS', 'Global_10_9_0_11', 'start', 'Idle', 'Received: Bad peer AS'],
    ['wrong password', 'Global_10_9_0_12', 'start', 'Connect', undefined],
    ['shut down by the peer', 'Global_10_9_0_13', 'start', 'Active', 'Socket: Connection reset by peer'],
    ['nobody listens', 'Global_10_9_0_14_port_1179', 'start', 'Active', 'Socket: Connection refused'],
    ['waits for the peer', 'Global_10_9_0_4', 'start', 'Passive', undefined],
    ['disabled', 'Global_10_9_0_5', 'down', 'Down', undefined],
    ['silent peer', 'Node_fd09__2', 'start', 'Idle', 'BGP Error: Hold timer expired'],
  ];
  for (const [about, name, state, bgp, lastError] of states) {
    test(`2: ${about} -> ${state}, ${bgp}, ${lastError ?? 'no error'}`, () => {
      const session = sessions.find((one) => one.name === name);
      assert.deepEqual([session?.proto, session?.state, session?.bgpState], ['BGP', state, bgp]);
      assert.equal(session?.lastError, lastError);
    });
  }
});

describe('BIRD show protocols all: details', () => {
  test('2: an established session -> neighbour, AS numbers, channels of both families with their counts', () => {
    const session = sessions.find(({ name }) => name === 'Node_10_9_1_2');
    assert.deepEqual(session, {
      name: 'Node_10_9_1_2',
      proto: 'BGP',
      state: 'up',
      since: '12:35:31.199',
      info: 'Established',
      bgpState: 'Established',
      neighbor: '10.9.1.2',
      neighborAs: 65001,
      localAs: 64512,
      channels: [
        { family: 4, state: 'UP', imported: 2, filtered: 0, exported: 2, preferred: 2 },
        { family: 6, state: 'DOWN', imported: 0, filtered: 0, exported: 0, preferred: 0 },
      ],
    });
  });

  test('2: what the operator of the peer says -> kept', () => {
    assert.equal(sessions.find(({ name }) => name === 'Global_10_9_0_13')?.message, 'maintenance');
  });

  test('2: filtered routes -> counted', () => {
    const [session] = parseProtocolsAll(
      parseReply(`1002-a BGP --- up 12:00:00 Established
1006-  Channel ipv4
     State:          UP
     Routes:         2 imported, 1 filtered, 2284 exported, 2 preferred
0000 
`),
    );
    const counts = { imported: 2, filtered: 1, exported: 2284, preferred: 2 };
    assert.deepEqual(session?.channels, [{ family: 4, state: 'UP', ...counts }]);
  });

  test('2: other protocols -> no session, their channels', () => {
    const kernel = sessions.find(({ name }) => name === 'kernel4');
    assert.deepEqual([kernel?.proto, kernel?.state, kernel?.bgpState], ['Kernel', 'up', undefined]);
    assert.equal(kernel?.channels[0]?.state, 'UP');
  });

  test('1.6: sessions -> one channel of the family of the neighbour', () => {
    const old = read('show-protocols-all-1.6.txt').filter(({ proto }) => proto === 'BGP');
    assert.deepEqual(
      old.map(({ name, bgpState, neighbor, channels }) => [name, bgpState, neighbor, channels]),
      [
        [
          'Mesh_10_9_0_1',
          'Established',
          '10.9.0.25',
          [{ family: 4, state: 'UP', imported: 2, filtered: 0, exported: 2, preferred: 2 }],
        ],
        [
          'Global_10_9_0_9',
          'Connect',
          '10.9.0.9',
          [{ family: 4, state: 'START', imported: 0, filtered: 0, exported: 0, preferred: 0 }],
        ],
      ],
    );
  });

  test('link-local neighbour: fe80::1%eth0 -> without the device', () => {
    const [session] = parseProtocolsAll(
      parseReply('1002-a BGP --- up 12:00:00\n1006-  Neighbor address: fe80::1%eth0\n0000 \n'),
    );
    assert.equal(session?.neighbor, 'fe80::1');
  });

  test('BIRD refuses: -> BIRD_REPLY with its words', () => {
    const reply = parseReply('8003 No protocols match\n');
    assert.throws(() => parseProtocolsAll(reply), { code: 'BIRD_REPLY', message: 'BIRD says: No protocols match' });
  });
});
