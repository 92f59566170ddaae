import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Pod, Service } from '../api/core.ts';
import { computeEndpointSlices } from './compute-endpoint-slices.ts';

function pod(
  name: string,
  ips: string[],
  more: { ready?: boolean; deleting?: boolean; phase?: 'Running' | 'Failed'; port?: number } = {},
): Pod {
  const { ready = true, deleting = false, phase = 'Running', port = 8080 } = more;
  return {
    metadata: {
      name,
      namespace: 'default',
      uid: name,
      labels: { app: 'web' },
      ...(deleting && { deletionTimestamp: '2026-01-01T00:00:00Z' }),
    },
    spec: { nodeName: 'node1', containers: [{ name: 'c', ports: [{ name: 'http', containerPort: port }] }] },
    status: {
      phase,
      podIPs: ips.map((ip) => ({ ip })),
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
    },
  };
}

function service(spec: Partial<Service['spec']> = {}): Service {
  return {
    metadata: { name: 'web', namespace: 'default', uid: 's' },
    spec: { selector: { app: 'web' }, clusterIP: '10.96.0.9', ports: [{ port: 80, targetPort: 'http' }], ...spec },
  };
}

const summary = (wanted: Service, pods: Pod[]) =>
  computeEndpointSlices(wanted, pods).map((slice) => ({
    type: slice.addressType,
    ports: slice.ports?.map(({ port }) => port),
    ips: slice.endpoints.map(
      ({ addresses, conditions }) =>
        `${addresses[0]} ${conditions?.ready}/${conditions?.serving}/${conditions?.terminating}`,
    ),
  }));

describe('computeEndpointSlices', () => {
  const cases: { name: string; service: Service; pods: Pod[]; slices: ReturnType<typeof summary> }[] = [
    {
      name: 'named port -> container port',
      service: service(),
      pods: [pod('a', ['10.0.0.1'])],
      slices: [{ type: 'IPv4', ports: [8080], ips: ['10.0.0.1 true/true/false'] }],
    },
    {
      name: 'numeric port',
      service: service({ ports: [{ port: 80, targetPort: 9 }] }),
      pods: [pod('a', ['10.0.0.1'])],
      slices: [{ type: 'IPv4', ports: [9], ips: ['10.0.0.1 true/true/false'] }],
    },
    {
      name: 'no target port -> port',
      service: service({ ports: [{ port: 80 }] }),
      pods: [pod('a', ['10.0.0.1'])],
      slices: [{ type: 'IPv4', ports: [80], ips: ['10.0.0.1 true/true/false'] }],
    },
    {
      name: 'not ready, terminating',
      service: service(),
      pods: [pod('a', ['10.0.0.1'], { ready: false }), pod('b', ['10.0.0.2'], { deleting: true })],
      slices: [{ type: 'IPv4', ports: [8080], ips: ['10.0.0.1 false/false/false', '10.0.0.2 false/true/true'] }],
    },
    {
      name: 'no address, finished -> left out',
      service: service(),
      pods: [pod('a', []), pod('b', ['10.0.0.2'], { phase: 'Failed' })],
      slices: [{ type: 'IPv4', ports: [], ips: [] }],
    },
    {
      name: 'dual stack -> one slice per IP version',
      service: service({ ipFamilies: ['IPv4', 'IPv6'] }),
      pods: [pod('a', ['10.0.0.1', 'fd00::1'])],
      slices: [
        { type: 'IPv4', ports: [8080], ips: ['10.0.0.1 true/true/false'] },
        { type: 'IPv6', ports: [8080], ips: ['fd00::1 true/true/false'] },
      ],
    },
    {
      name: 'named port differs between pods -> two slices',
      service: service(),
      pods: [pod('a', ['10.0.0.1']), pod('b', ['10.0.0.2'], { port: 81 })],
      slices: [
        { type: 'IPv4', ports: [8080], ips: ['10.0.0.1 true/true/false'] },
        { type: 'IPv4', ports: [81], ips: ['10.0.0.2 true/true/false'] },
      ],
    },
    {
      name: 'no selector -> none',
      service: { ...service(), spec: { clusterIP: '10.96.0.9' } },
      pods: [pod('a', ['10.0.0.1'])],
      slices: [],
    },
  ];
  for (const { name, service: wanted, pods, slices } of cases)
    it(name, () => assert.deepEqual(summary(wanted, pods), slices));

  it('250 pods -> slices of at most 100 with different names', () => {
    const pods = Array.from({ length: 250 }, (_, i) =>
      pod(`p${String(i).padStart(3, '0')}`, [`10.0.${i >> 8}.${i & 255}`]),
    );
    const slices = computeEndpointSlices(service(), pods);
    assert.deepEqual(
      slices.map((slice) => slice.endpoints.length),
      [100, 100, 50],
    );
    assert.equal(new Set(slices.map((slice) => slice.metadata.name)).size, 3);
  });
});
