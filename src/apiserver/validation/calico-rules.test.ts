import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { recordsAt, valueAt } from '../json.ts';
import { definitionsPath, testDefinition } from '../testing/definition.ts';
import { startTestServer, type TestServer } from '../testing/test-client.ts';

let api: TestServer;
before(async () => {
  api = await startTestServer();
});
after(() => api.stop());

const v3 = '/apis/projectcalico.org/v3';
const pool = (name: string, spec: object) => ({
  apiVersion: 'projectcalico.org/v3',
  kind: 'IPPool',
  metadata: { name },
  spec,
});

test('tiers: the built-in ones are there and stay, an empty one goes, one with policies does not', async () => {
  const { body } = await api.call('GET', `${v3}/tiers`);
  assert.deepEqual(
    recordsAt(body, 'items').map((item) => [
      valueAt(item, 'metadata', 'name'),
      valueAt(item, 'spec', 'order'),
      valueAt(item, 'spec', 'defaultAction'),
    ]),
    [
      ['default', 1_000_000, 'Deny'],
      ['kube-admin', 1_000, 'Pass'],
      ['kube-baseline', 10_000_000, 'Pass'],
    ],
  );
  const refused = await api.call('DELETE', `${v3}/tiers/default`);
  assert.deepEqual([refused.status, /Cannot delete default tier$/.test(String(refused.body.message))], [403, true]);
  assert.equal((await api.call('POST', `${v3}/tiers`, { metadata: { name: 'mine' }, spec: { order: 5 } })).status, 201);
  const policy = { metadata: { name: 'mine.p' }, spec: { tier: 'mine', selector: 'all()' } };
  const made = await api.call('POST', `${v3}/globalnetworkpolicies`, policy);
  assert.equal(made.status, 201, JSON.stringify(made.body));
  assert.match(String((await api.call('DELETE', `${v3}/tiers/mine`)).body.message), /Cannot delete a non-empty tier$/);
  await api.call('DELETE', `${v3}/globalnetworkpolicies/mine.p`);
  assert.equal((await api.call('DELETE', `${v3}/tiers/mine`)).status, 200);
});

test('pools: overlapping one -> 422 with the field and the other pool; blocks of another size -> 422', async () => {
  assert.equal((await api.call('POST', `${v3}/ippools`, pool('one', { cidr: '10.0.0.0/16' }))).status, 201);
  const { status, body } = await api.call('POST', `${v3}/ippools`, pool('two', { cidr: '10.0.4.0/24' }));
  const [cause] = recordsAt(body, 'details', 'causes');
  assert.deepEqual([status, cause?.field], [422, 'spec.cidr']);
  assert.match(String(cause?.message), /IPPool\(two\) CIDR overlaps with IPPool\(one\) CIDR 10\.0\.0\.0\/16/);
  const again = await api.call('POST', `${v3}/ippools`, pool('one', { cidr: '10.0.0.0/16', blockSize: 27 }));
  assert.deepEqual([again.status, again.body.reason], [409, 'AlreadyExists']);
  const changed = await api.call(
    'PATCH',
    `${v3}/ippools/one`,
    { spec: { natOutgoing: true } },
    'application/merge-patch+json',
  );
  assert.equal(changed.status, 200, 'a pool does not overlap itself');
});

const refused: readonly [name: string, spec: object, field: string, message: RegExp][] = [
  [
    'both encapsulations',
    { cidr: '10.1.0.0/16', ipipMode: 'Always', vxlanMode: 'Always' },
    'spec',
    /cannot both be enabled/,
  ],
  ['IPIP on IPv6', { cidr: 'fd00::/64', ipipMode: 'Always' }, 'spec.ipipMode', /not supported on an IPv6/],
];
for (const [name, spec, field, message] of refused) {
  test(`pools: ${name} -> one cause, not one by the rule and one by the code`, async () => {
    const { body } = await api.call('POST', `${v3}/ippools`, pool('odd', spec));
    const causes = recordsAt(body, 'details', 'causes');
    assert.deepEqual(
      causes.map((cause) => cause.field),
      [field],
      JSON.stringify(causes),
    );
    assert.match(String(causes[0]?.message), message);
  });
}

test('pools: CIDR changed -> refused once', async () => {
  const { body } = await api.call(
    'PATCH',
    `${v3}/ippools/one`,
    { spec: { cidr: '10.9.0.0/16' } },
    'application/merge-patch+json',
  );
  const causes = recordsAt(body, 'details', 'causes');
  assert.deepEqual(
    causes.map(({ field, message }) => [field, message]),
    [['spec.cidr', 'Invalid value: "10.9.0.0/16": IPPool CIDR cannot be modified']],
  );
});

test('definitions: rules of any kind are compiled, told, and hold for its objects', async () => {
  const definition = (rule: string) => {
    const spec = {
      type: 'object',
      properties: { low: { type: 'integer' }, high: { type: 'integer' } },
      'x-kubernetes-validations': [{ rule, message: 'low must be below high' }],
    };
    return testDefinition('example.com', 'Box', { properties: { spec } });
  };
  const bad = await api.call('POST', definitionsPath, definition('self.lo < self.high'));
  assert.equal(bad.status, 422);
  assert.match(
    String(bad.body.message),
    /properties\[spec\]\.x-kubernetes-validations\[0\]\.rule: .*compilation failed: .*lo/,
  );
  assert.equal((await api.call('POST', definitionsPath, definition('self.low < self.high'))).status, 201);
  const boxes = '/apis/example.com/v1/boxs';
  const box = (low: number, high: number) => ({
    apiVersion: 'example.com/v1',
    kind: 'Box',
    metadata: { name: 'b' },
    spec: { low, high },
  });
  const { status, body } = await api.call('POST', boxes, box(3, 2));
  assert.deepEqual(
    [status, body.message],
    [422, 'Box.example.com "b" is invalid: spec: Invalid value: "object": low must be below high'],
  );
  assert.equal((await api.call('POST', boxes, box(1, 2))).status, 201);
});
