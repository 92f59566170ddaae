import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseReply } from '../../../test/support/parse-reply.ts';
import { parseProtocolsAll } from '../../bird/parse-protocols-all.ts';
import { decodeAgentView } from './agent-view.ts';
import { isAgent } from './local-processes.ts';
import { reportedSession } from './reported-session.ts';

const protocols = `0001 BIRD 2.0.12 ready.
2002-Name       Proto      Table      State  Since         Info
1002-device1    Device     ---        up     08:27:20.123  
1006-
1002-Mesh_10_0_0_2 BGP        ---        up     08:27:26.001  Established   
1006-  BGP state:          Established
     Neighbor address: 10.0.0.2
     Neighbor AS:      64512
     Local AS:         64512
   Channel ipv4
     State:          UP
     Routes:         3 imported, 2 filtered, 1 exported, 3 preferred
1006-
1002-Global_fd00__9 BGP        ---        start  08:27:27.001  Connect       Socket: Connection refused
1006-  BGP state:          Connect
     Neighbor address: fd00::9
     Neighbor AS:      65000
     Last error:       Socket: Connection refused
1006-
1002-feeder BGP        ---        up     08:27:26.001  Established
1006-  BGP state:          Established
     Neighbor address: 10.0.0.7
1006-
0000 
`;

describe('sessions as BIRD tells them', () => {
  const found = parseProtocolsAll(parseReply(protocols)).map(reportedSession);

  test('established: -> with counts', () => {
    assert.deepEqual(found[1], {
      ...{ family: 4, peerIP: '10.0.0.2', type: 'NodeMesh', state: 'Established', since: '08:27:26.001' },
      ...{ name: 'Mesh_10_0_0_2', info: 'Established', asNumber: 64_512 },
      ...{ prefixesReceived: 3, prefixesAdvertised: 1, prefixesRefused: 2 },
    });
  });

  test('down: -> with the last error, without counts', () => {
    assert.deepEqual(found[2], {
      ...{ family: 6, peerIP: 'fd00::9', type: 'GlobalPeer', state: 'Connect', since: '08:27:27.001' },
      ...{ name: 'Global_fd00__9', info: 'Connect Socket: Connection refused', asNumber: 65_000 },
      lastError: 'Socket: Connection refused',
    });
  });

  test('no session, or not of this project: -> left out', () => {
    assert.deepEqual([found[0], found[3]], [undefined, undefined]);
  });
});

describe('what the agent knows', () => {
  test('its debug status: -> read', () => {
    const refusedRoutes = [{ destination: '0.0.0.0/0', peerIP: '10.0.0.2', reason: 'default' }];
    const view = decodeAgentView({
      node: 'n1',
      backend: 'bird',
      warnings: ['w'],
      bgp: {
        configurationProblem: 'BGPFilter "f": syntax error',
        sessions: [{ name: 'Mesh_1', flaps: 2, lastError: 'gone' }],
        refusedRoutes,
      },
    });
    assert.deepEqual(view, {
      node: 'n1',
      backend: 'bird',
      warnings: ['w'],
      configurationProblem: 'BGPFilter "f": syntax error',
      sessions: new Map([['Mesh_1', { flaps: 2, lastError: 'gone' }]]),
      refusedRoutes,
    });
  });

  const odd: readonly unknown[] = [
    undefined,
    null,
    [],
    'x',
    { bgp: 1 },
    { bgp: { sessions: [1, {}], refusedRoutes: [{ reason: 1 }] } },
  ];
  for (const value of odd) {
    test(`${JSON.stringify(value)}: -> nothing known, no error`, () => {
      assert.deepEqual(decodeAgentView(value), { warnings: [], sessions: new Map(), refusedRoutes: [] });
    });
  }
});

describe('processes', () => {
  const agents: readonly [words: readonly string[], is: boolean][] = [
    [['/opt/node', '/srv/weft/src/main.ts', 'agent', '--node', 'n'], true],
    [['weft', 'agent'], true],
    [['calico-felix'], true],
    [['calico-node', '-felix'], true],
    [['calico-node', '-confd'], false],
    [['weft', 'lab', 'agent'], false],
    [['vim', 'agent'], false],
  ];
  for (const [words, is] of agents) {
    test(`process "${words.join(' ')}": -> ${is ? 'the agent' : 'another'}`, () => assert.equal(isAgent(words), is));
  }
});
