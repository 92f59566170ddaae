import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { EndpointSlice, Service } from '../api/core.ts';
import { computeEndpoints, isOurEndpoints } from './compute-endpoints.ts';

const service: Service = { metadata: { name: 'web', namespace: 'default', labels: { tier: 'front' } }, spec: {} };

function slice(port: number, states: Readonly<Record<string, string>>, addressType: 'IPv4' | 'IPv6' = 'IPv4') {
  const endpoints = Object.entries(states).map(([ip, state]) => ({
    addresses: [ip],
    conditions: { ready: state === 'ready', terminating: state === 'terminating' },
    nodeName: 'node1',
  }));
  const metadata = { name: `web-${port}`, namespace: 'default' };
  return { metadata, addressType, endpoints, ports: [{ name: 'http', port, protocol: 'TCP' }] } satisfies EndpointSlice;
}

describe('computeEndpoints', () => {
  const cases: { name: string; slices: EndpointSlice[]; subsets: string[] }[] = [
    { name: 'no address -> no subset', slices: [slice(80, {})], subsets: [] },
    {
      name: 'ready and not ready -> one subset, two lists',
      slices: [slice(80, { '10.0.0.1': 'ready', '10.0.0.2': 'not' })],
      subsets: ['80: 10.0.0.1 | 10.0.0.2'],
    },
    {
      name: 'terminating -> left out',
      slices: [slice(80, { '10.0.0.1': 'ready', '10.0.0.2': 'terminating' })],
      subsets: ['80: 10.0.0.1 | '],
    },
    {
      name: 'slices of the same ports -> one subset; other ports -> another',
      slices: [
        slice(80, { '10.0.0.1': 'ready' }),
        slice(80, { '10.0.0.2': 'ready' }),
        slice(81, { '10.0.0.3': 'not' }),
      ],
      subsets: ['80: 10.0.0.1,10.0.0.2 | ', '81:  | 10.0.0.3'],
    },
    {
      name: 'two families -> the first one',
      slices: [slice(80, { '10.0.0.1': 'ready' }), slice(80, { 'fd00::1': 'ready' }, 'IPv6')],
      subsets: ['80: 10.0.0.1 | '],
    },
  ];
  for (const { name, slices, subsets } of cases) {
    it(name, () => {
      const found = computeEndpoints(service, slices);
      const ips = (list?: readonly { ip: string }[]) => (list ?? []).map(({ ip }) => ip).join(',');
      assert.deepEqual(
        found.subsets?.map((one) => `${one.ports?.[0]?.port}: ${ips(one.addresses)} | ${ips(one.notReadyAddresses)}`),
        subsets,
      );
      assert.ok(isOurEndpoints(found));
      assert.equal(found.metadata.labels?.tier, 'front');
    });
  }
});
