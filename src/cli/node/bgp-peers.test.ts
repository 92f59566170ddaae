import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Family } from '../../net/ip.ts';
import { bgpPeers } from './bgp-peers.ts';

const up = { proto: 'BGP', state: 'up', since: '08:27:26', info: 'Established' };
const refused = { proto: 'BGP', state: 'start', since: '2026-01-02', info: 'Active Socket: Connection refused' };

describe('sessions in node status', () => {
  const cases: readonly [name: string, session: string, family: Family, shown: string | undefined][] = [
    ['mesh', 'Mesh_10_128_62_127', 4, '10.128.62.127 node-to-node mesh'],
    ['global', 'Global_10_0_0_9', 4, '10.0.0.9 global'],
    ['of a node, IPv6', 'Node_fd80_24e2_f998_72d7__2', 6, 'fd80:24e2:f998:72d7::2 node specific'],
    ['the other family', 'Mesh_10_128_62_127', 6, undefined],
    ['with a port', 'Node_10_0_0_9_port_1790', 4, '10.0.0.9:1790 node specific'],
    ['with a port, IPv6', 'Global_fd00__9_port_1790', 6, '[fd00::9]:1790 global'],
    ['pod as peer', 'Local_Workload_10_0_0_7', 4, undefined],
    ['not ours', 'uplink', 4, undefined],
    ['no address', 'Node_hello', 4, undefined],
  ];
  for (const [name, session, family, shown] of cases) {
    test(`${name}: ${session} -> ${shown ?? 'left out'}`, () => {
      const peers = bgpPeers([{ name: session, ...up }], family);
      assert.deepEqual(
        peers.map(({ address, type }) => `${address} ${type}`),
        shown === undefined ? [] : [shown],
      );
    });
  }

  test('state, since and extra text: -> as BIRD has them, in its order', () => {
    const peers = bgpPeers(
      [
        { name: 'Mesh_10_128_62_127', ...up },
        { name: 'kernel1', ...up, proto: 'Kernel', info: '' },
        { name: 'Global_10_0_0_9', ...refused },
        { name: 'Global_10_0_0_10', ...up, info: '' },
      ],
      4,
    );
    const { proto: _proto, ...shown } = refused;
    assert.deepEqual(peers, [
      { address: '10.128.62.127', type: 'node-to-node mesh', state: 'up', since: '08:27:26', info: 'Established' },
      { address: '10.0.0.9', type: 'global', ...shown },
    ]);
  });
});
