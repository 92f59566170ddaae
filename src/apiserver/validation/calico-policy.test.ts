import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { builtInTiers } from '../../api/built-in-tiers.ts';
import type { JsonRecord } from '../json.ts';
import { recordsAt, valueAt } from '../json.ts';
import { type Answer, startTestServer, type TestServer } from '../testing/test-client.ts';

let api: TestServer;
before(async () => {
  api = await startTestServer();
});
after(() => api.stop());

const base = '/apis/projectcalico.org/v3';
const paths: Readonly<Record<string, string>> = {
  NetworkPolicy: `${base}/namespaces/default/networkpolicies`,
  StagedNetworkPolicy: `${base}/namespaces/default/stagednetworkpolicies`,
  StagedKubernetesNetworkPolicy: `${base}/namespaces/default/stagedkubernetesnetworkpolicies`,
  NetworkSet: `${base}/namespaces/default/networksets`,
  GlobalNetworkPolicy: `${base}/globalnetworkpolicies`,
  GlobalNetworkSet: `${base}/globalnetworksets`,
  HostEndpoint: `${base}/hostendpoints`,
  Tier: `${base}/tiers`,
};

function create(kind: string, spec: unknown, metadata: JsonRecord): Promise<Answer> {
  return api.call('POST', paths[kind] ?? '', { apiVersion: 'projectcalico.org/v3', kind, metadata, spec });
}

const allow = { action: 'Allow' };
const refused: readonly [kind: string, metadata: JsonRecord, spec: unknown, field: string, text: RegExp][] = [
  ['NetworkPolicy', { name: 'a.b.c' }, {}, 'metadata.name', /a policy is called NAME or TIER.NAME/],
  ['NetworkPolicy', { name: 'knp.default.a' }, {}, 'metadata.name', /through the kubernetes API/],
  ['NetworkPolicy', { name: 'a' }, { selector: 'a = b' }, 'spec.selector', /at offset 2/],
  [
    'NetworkPolicy',
    { name: 'a' },
    { ingress: [{ action: 'x' }] },
    'spec.ingress[0].action',
    /"Allow", "Deny", "Log", "Pass"/,
  ],
  [
    'NetworkPolicy',
    { name: 'a' },
    { egress: [{ ...allow, destination: { ports: [80] } }] },
    'spec.egress[0].destination.ports',
    /must set protocol/,
  ],
  ['GlobalNetworkPolicy', { name: 'a' }, { doNotTrack: true }, 'spec.applyOnForward', /ApplyOnForward must be true/],
  ['StagedNetworkPolicy', { name: 'a' }, { stagedAction: 'Delete', order: 1 }, 'spec', /zero-value if stagedAction/],
  [
    'StagedKubernetesNetworkPolicy',
    { name: 'a' },
    { ingress: [{ from: [{}] }] },
    'spec.ingress[0].from[0]',
    /must specify a peer/,
  ],
  ['Tier', { name: 'a.b' }, {}, 'metadata.name', /a tier name is one label/],
  ['Tier', { name: 'default' }, { order: 1 }, 'spec.order', /default tier order must be 1000000/],
  ['HostEndpoint', { name: 'a' }, { node: 'n' }, 'spec.interfaceName', /no interface or expected IPs/],
  [
    'NetworkSet',
    { name: 'a', labels: { 'projectcalico.org/namespace': 'x' } },
    {},
    'metadata.labels.projectcalico.org/namespace',
    /not a valid label name/,
  ],
  ['GlobalNetworkSet', { name: 'a' }, { nets: ['10.0.0.1/8'] }, 'spec.nets[0]', /host bits are set/],
];

describe('policy kinds on the server', () => {
  for (const [kind, metadata, spec, field, text] of refused) {
    test(`${kind} ${metadata.name} ${JSON.stringify(spec)}: -> 422 at ${field}`, async () => {
      const answer = await create(kind, spec, metadata);
      assert.equal(answer.status, 422, JSON.stringify(answer.body));
      const causes = recordsAt(answer.body, 'details', 'causes');
      assert.deepEqual(
        causes.map((cause) => cause.field),
        [field],
        JSON.stringify(causes),
      );
      assert.match(String(causes[0]?.message), text);
    });
  }

  test('create: policy without tier, types, with protocol 6 as text -> all filled in', async () => {
    const rule = { ...allow, protocol: '6', destination: { ports: [80] } };
    const { status, body } = await create('NetworkPolicy', { egress: [rule] }, { name: 'web' });
    assert.equal(status, 201, JSON.stringify(body));
    assert.deepEqual(body.spec, { tier: 'default', types: ['Egress'], egress: [{ ...rule, protocol: 6 }] });
  });

  test('tiers: -> the built-in ones are there, and stay as they are', async () => {
    for (const { metadata, spec } of builtInTiers) {
      const path = `${paths.Tier}/${metadata.name}`;
      const { body } = await api.call('GET', path);
      assert.deepEqual(body.spec, spec);
      const changed = await api.call('PUT', path, { ...body, spec: { ...spec, order: 7 } });
      assert.equal(changed.status, 422, JSON.stringify(changed.body));
    }
  });

  test('list: field selector spec.tier -> policies of that tier', async () => {
    for (const tier of ['red', 'green']) {
      const { status } = await create('GlobalNetworkPolicy', { tier, selector: 'all()' }, { name: `${tier}.one` });
      assert.equal(status, 201);
    }
    const { body } = await api.call('GET', `${paths.GlobalNetworkPolicy}?fieldSelector=spec.tier%3Dred`);
    const names = recordsAt(body, 'items').map((item) => valueAt(item, 'metadata', 'name'));
    assert.deepEqual(names, ['red.one']);
  });
});
