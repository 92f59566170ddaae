import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FelixConfiguration } from '../api/calico.ts';
import type { PolicySettings } from './policy-settings.ts';
import { policySettings } from './read-policy-settings.ts';

const felix = (name: string, spec: FelixConfiguration['spec']): FelixConfiguration => ({ metadata: { name }, spec });

test('nothing said -> accept to the host, drop what is invalid and denied, failsafes of Calico', () => {
  const { failsafeInbound, failsafeOutbound, ...rest } = policySettings([], 'node1');
  assert.deepEqual(rest, { endpointToHost: 'accept', dropInvalid: true, denyAction: 'drop', logPerSecond: 10 });
  const text = (ports: PolicySettings['failsafeInbound']) => ports.map(({ protocol, port }) => `${protocol}:${port}`);
  const both = ['6:179', '6:2379', '6:2380', '6:5473', '6:6443', '6:6666', '6:6667'];
  assert.deepEqual(text(failsafeInbound), ['6:22', '17:68', ...both]);
  assert.deepEqual(text(failsafeOutbound), ['17:53', '17:67', ...both]);
});

describe('settings', () => {
  const cases: readonly (readonly [name: string, spec: FelixConfiguration['spec'], found: Partial<PolicySettings>])[] =
    [
      ['to the host', { defaultEndpointToHostAction: 'DROP' }, { endpointToHost: 'drop' }],
      ['to the host, by the rules of others', { defaultEndpointToHostAction: 'Return' }, { endpointToHost: 'return' }],
      ['invalid packets pass', { disableConntrackInvalidCheck: true }, { dropInvalid: false }],
      ['reject', { nftablesFilterDenyAction: 'Reject' }, { denyAction: 'reject' }],
      ['reject, in words of iptables', { iptablesFilterDenyAction: 'REJECT' }, { denyAction: 'reject' }],
      [
        'nftables before iptables',
        { nftablesFilterDenyAction: 'Drop', iptablesFilterDenyAction: 'Reject' },
        { denyAction: 'drop' },
      ],
      ['log rate', { logActionRateLimit: '50/second' }, { logPerSecond: 50 }],
      ['log rate per minute', { logActionRateLimit: '300/minute' }, { logPerSecond: 5 }],
      ['log rate below one a second', { logActionRateLimit: '1/day' }, { logPerSecond: 1 }],
      [
        'no failsafes',
        { failsafeInboundHostPorts: [], failsafeOutboundHostPorts: [] },
        { failsafeInbound: [], failsafeOutbound: [] },
      ],
      [
        'failsafes of their own; what cannot be read keeps nothing open',
        {
          failsafeInboundHostPorts: [
            { port: 22, net: '10.1.2.3/8' },
            { protocol: 'udp', port: 68 },
            { protocol: 'GRE', port: 1 },
            { port: 2, net: 'none' },
          ],
        },
        {
          failsafeInbound: [
            { protocol: 6, port: 22, net: '10.0.0.0/8' as never },
            { protocol: 17, port: 68 },
          ],
        },
      ],
    ];
  for (const [name, spec, found] of cases) {
    test(name, () => {
      const settings = policySettings([felix('default', spec)], 'node1');
      assert.deepEqual({ ...settings, ...found }, settings);
    });
  }

  test('of the node before of its labels before of all', () => {
    const objects = [
      felix('node.node1', { defaultEndpointToHostAction: 'Drop' }),
      felix('edge', {
        nodeSelector: 'has(edge)',
        defaultEndpointToHostAction: 'Accept',
        logActionRateLimit: '7/second',
      }),
      felix('default', { logActionRateLimit: '9/second', nftablesFilterDenyAction: 'Reject' }),
    ];
    const { endpointToHost, logPerSecond, denyAction } = policySettings(objects, 'node1', { edge: '' });
    assert.deepEqual([endpointToHost, logPerSecond, denyAction], ['drop', 7, 'reject']);
  });
});
