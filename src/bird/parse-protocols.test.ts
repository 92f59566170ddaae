import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseReply } from '../../test/support/parse-reply.ts';
import { parseProtocols } from './parse-protocols.ts';

const bird1 = `0001 BIRD 1.6.8 ready.
2002-name     proto    table    state  since       info
1002-static1  Static   master   up     08:27:20
 kernel1  Kernel   master   up     08:27:20
 device1  Device   master   up     08:27:20
 Mesh_10_128_62_127 BGP      master   up     08:27:26    Established
 Global_10_0_0_9 BGP      master   start  2026-01-02  Active        Socket: Connection refused
 Node_fd80_24e2_f998_72d7__2 BGP      master   up     08:27:26    Established
 Local_Workload_10_0_0_7 BGP master up 08:27:26 Established
0000 
`;
const bird2 = `0001 BIRD 2.0.12 ready.
2002-Name       Proto      Table      State  Since         Info
1002-device1    Device     ---        up     08:27:20.123
 Mesh_10_0_0_2 BGP        ---        up     08:27:26.001  Established
0000 
`;

describe('BIRD show protocols', () => {
  test('1.6: every protocol in order, extra text kept', () => {
    const { protocols, version } = parseProtocols(parseReply(bird1));
    assert.equal(version, '1.6.8');
    assert.equal(protocols.length, 7);
    assert.deepEqual(protocols.slice(3, 5), [
      { name: 'Mesh_10_128_62_127', proto: 'BGP', state: 'up', since: '08:27:26', info: 'Established' },
      {
        name: 'Global_10_0_0_9',
        proto: 'BGP',
        state: 'start',
        since: '2026-01-02',
        info: 'Active Socket: Connection refused',
      },
    ]);
  });

  test('2: headings with capitals -> read', () => {
    const { protocols, version } = parseProtocols(parseReply(bird2));
    assert.equal(version, '2.0.12');
    assert.equal(protocols[1]?.since, '08:27:26.001');
  });

  const wrong: readonly [name: string, text: string, message: RegExp][] = [
    ['other columns', '2002-name proto state\n0000 \n', /^unknown BIRD table output format$/],
    ['another program', 'HTTP/1.1 400 Bad Request\n', /^unexpected output line from BIRD$/],
    ['error code', '9001 syntax error\n', /^BIRD says: syntax error$/],
  ];
  for (const [name, text, message] of wrong) {
    test(`${name}: -> refused`, () => {
      assert.throws(() => parseProtocols(parseReply(text)), { code: 'BIRD_REPLY', message });
    });
  }
});
