import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../api/core.ts';
import { podAnnotations } from '../api/pod-annotations.ts';
import { toWorkloadEndpoint } from '../api/workload-endpoint.ts';
import { trimObject, trimPods } from './trim-object.ts';

const trim = trimPods('node1');
const wide = 'x'.repeat(5000);

function pod(nodeName: string, status: Pod['status']): Pod {
  const annotations = { [podAnnotations.podIP]: '10.0.0.9/32', [podAnnotations.containerID]: 'c1', other: wide };
  return {
    metadata: {
      ...{ name: 'web', namespace: 'default', uid: 'u', resourceVersion: '7', labels: { app: 'web' }, annotations },
      ...{ managedFields: [wide] },
    },
    spec: {
      nodeName,
      serviceAccountName: 'robot',
      containers: [
        { name: 'a', image: wide, ports: [{ name: 'http', containerPort: 80 }, { containerPort: 81 }] },
        { name: 'b', env: [{ name: 'E', value: wide }] },
      ],
    },
    ...(status === undefined ? {} : { status }),
  };
}

const cases: readonly [string, Pod, readonly string[], boolean][] = [
  ['elsewhere with status', pod('node2', { podIP: '10.0.0.1', podIPs: [{ ip: '10.0.0.1' }] }), ['10.0.0.1/32'], false],
  ['elsewhere with the older field alone', pod('node2', { podIP: '10.0.0.1' }), ['10.0.0.1/32'], false],
  ['elsewhere before its status', pod('node2', undefined), ['10.0.0.9/32'], true],
  ['here', pod('node1', { podIP: '10.0.0.1', podIPs: [{ ip: '10.0.0.1' }] }), ['10.0.0.1/32'], true],
];
for (const [name, whole, networks, keepsNotes] of cases) {
  test(`trim: pod ${name} -> small, with the same endpoint, again the same`, () => {
    const small = trim(whole);
    assert.ok(JSON.stringify(small).length < 500, JSON.stringify(small));
    const { labels, spec } = { labels: small.metadata.labels, spec: toWorkloadEndpoint(small)?.spec };
    assert.deepEqual([labels, spec?.ipNetworks, spec?.serviceAccountName], [{ app: 'web' }, networks, 'robot']);
    assert.deepEqual(
      spec?.ports?.map((port) => port.name),
      ['http'],
    );
    assert.equal(small.metadata.annotations?.[podAnnotations.containerID], keepsNotes ? 'c1' : undefined);
    assert.deepEqual(trim(small), small);
  });
}

test('trim: any object -> without what only its writers read', () => {
  const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': wide, note: 'kept' };
  const { metadata, spec } = trimObject({
    ...{
      metadata: { name: 'p', uid: 'u', resourceVersion: '1', annotations, ownerReferences: [] },
      spec: { order: 1 },
    },
  });
  assert.deepEqual(metadata, { name: 'p', uid: 'u', resourceVersion: '1', annotations: { note: 'kept' } });
  assert.deepEqual(spec, { order: 1 });
});
