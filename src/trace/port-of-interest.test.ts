import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyResources } from '../policy/testing/empty-resources.ts';
import { portsOfInterest } from './port-of-interest.ts';

test('ports of interest: all that policies and containers name, the ends of ranges, and one other per protocol', () => {
  const found = portsOfInterest({
    ...emptyResources,
    pods: [
      {
        metadata: { name: 'a' },
        spec: { containers: [{ name: 'c', ports: [{ containerPort: 8080 }, { containerPort: 53, protocol: 'UDP' }] }] },
      },
    ],
    networkPolicies: [
      {
        metadata: { name: 'p' },
        spec: {
          ingress: [
            { action: 'Allow', protocol: 'TCP', destination: { ports: [80, '9990:9999', 'http'], notPorts: [81] } },
            { action: 'Allow', protocol: 'ICMP' },
          ],
        },
      },
    ],
    kubernetesPolicies: [{ metadata: { name: 'k' }, spec: { egress: [{ ports: [{ port: 1000, endPort: 1010 }] }] } }],
    adminNetworkPolicies: [
      {
        metadata: { name: 'a' },
        spec: {
          priority: 1,
          subject: {},
          ingress: [{ action: 'Deny', ports: [{ portRange: { protocol: 'SCTP', start: 5, end: 6 } }] }],
        },
      },
    ],
    clusterNetworkPolicies: [
      {
        metadata: { name: 'c' },
        spec: {
          tier: 'Admin',
          priority: 1,
          subject: {},
          egress: [{ action: 'Accept', protocols: [{ udp: { destinationPort: { number: 123 } } }] }],
        },
      },
    ],
  });
  const words = found.map(({ protocol, port, unnamed }) => `${protocol}/${port ?? ''}${unnamed === true ? '*' : ''}`);
  assert.deepEqual(words, [
    '1/',
    ...['6/80', '6/81', '6/1000', '6/1010', '6/8080', '6/9990', '6/9999', '6/10000*'],
    ...['17/53', '17/123', '17/9999*'],
    ...['132/5', '132/6', '132/9999*'],
  ]);
});

test('ports of interest: an empty cluster -> any TCP port', () => {
  assert.deepEqual(portsOfInterest(emptyResources), [{ protocol: 6, port: 9999, unnamed: true }]);
});
