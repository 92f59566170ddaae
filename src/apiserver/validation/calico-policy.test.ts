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
  StagedGlobalNetworkPolicy: `${base}/stagedglobalnetworkpolicies`,
  GlobalNetworkSet: `${base}/globalnetworksets`,
  HostEndpoint: `${base}/hostendpoints`,
  Tier: `${base}/tiers`,
};

function create(kind: string, spec: unknown, metadata: JsonRecord): Promise<Answer> {
  return api.call('POST', paths[kind] ?? '', { apiVersion: 'projectcalico.org/v3', kind, metadata, spec });
}

const allow = { action: 'Allow' };
function manyNets(count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}/32`);
}

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
  ['NetworkPolicy', { name: 'a' }, { tier: 'nowhere' }, 'spec.tier', /the tier does not exist/],
  ['StagedGlobalNetworkPolicy', { name: 'a' }, { tier: 'nowhere' }, 'spec.tier', /the tier does not exist/],
  ['NetworkPolicy', { name: 'a' }, { order: 'first' }, 'spec.order', /must be of type number/],
  [
    'NetworkPolicy',
    { name: 'a' },
    { ingress: [{ ...allow, source: { selector: 'has(' } }] },
    'spec.ingress[0].source.selector',
    /at offset/,
  ],
  [
    'NetworkPolicy',
    { name: 'a' },
    { ingress: [{ ...allow, source: { nets: ['10.0.0.0/33'] } }] },
    'spec.ingress[0].source.nets[0]',
    /ADDRESS\/LENGTH needed/,
  ],
  [
    'NetworkPolicy',
    { name: 'a' },
    { ingress: [{ ...allow, protocol: 'TCP', destination: { ports: [65_536] } }] },
    'spec.ingress[0].destination.ports[0]',
    /65536/,
  ],
  [
    'NetworkPolicy',
    { name: 'a' },
    { ingress: [{ ...allow, source: { nets: ['10.0.0.0/8'] }, destination: { nets: ['fd00::/8'] } }] },
    'spec.ingress[0].destination.nets',
    /both IPv4 and IPv6/,
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

  const accepted: readonly [what: string, kind: string, metadata: JsonRecord, spec: unknown][] = [
    ['a name of 253 characters', 'NetworkPolicy', { name: 'n'.repeat(253) }, {}],
    ['two policies with one order', 'NetworkPolicy', { name: 'first' }, { order: 1 }],
    ['the second of them', 'NetworkPolicy', { name: 'second' }, { order: 1 }],
    ['overlapping networks', 'NetworkSet', { name: 'overlap' }, { nets: ['10.0.0.0/8', '10.1.0.0/16', '10.1.0.1/32'] }],
    ['100,000 networks', 'GlobalNetworkSet', { name: 'large' }, { nets: manyNets(100_000) }],
  ];
  for (const [what, kind, metadata, spec] of accepted) {
    test(`${what}: -> taken`, async () => {
      const { status, body } = await create(kind, spec, metadata);
      assert.equal(status, 201, JSON.stringify(body).slice(0, 500));
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
      assert.equal((await create('Tier', {}, { name: tier })).status, 201);
      const { status } = await create('GlobalNetworkPolicy', { tier, selector: 'all()' }, { name: `${tier}.one` });
      assert.equal(status, 201);
    }
    const { body } = await api.call('GET', `${paths.GlobalNetworkPolicy}?fieldSelector=spec.tier%3Dred`);
    const names = recordsAt(body, 'items').map((item) => valueAt(item, 'metadata', 'name'));
    assert.deepEqual(names, ['red.one']);
  });
});

describe('warnings on the server', () => {
  const log = { action: 'Log' };
  const cases: readonly [what: string, kind: string, spec: unknown, warning: RegExp | undefined][] = [
    [
      'only logs',
      'NetworkPolicy',
      { ingress: [log] },
      /all ingress rules only log: what the policy selects is isolated/,
    ],
    ['only logs one way', 'GlobalNetworkPolicy', { ingress: [allow], egress: [log] }, /all egress rules only log/],
    ['logs and allows', 'NetworkPolicy', { ingress: [log, allow] }, undefined],
    ['no rules', 'NetworkPolicy', { types: ['Ingress'] }, undefined],
    ['rules of a direction that is not decided', 'NetworkPolicy', { types: ['Egress'], ingress: [log] }, undefined],
    ['HTTP', 'NetworkPolicy', { ingress: [{ ...allow, http: { methods: ['GET'] } }] }, /spec\.ingress\[0\]\.http/],
  ];
  for (const [index, [what, kind, spec, warning]] of cases.entries()) {
    test(`${kind} ${what}: -> ${warning === undefined ? 'none' : 'said'}`, async () => {
      const { status, headers, body } = await create(kind, spec, { name: `warned-${index}` });
      assert.equal(status, 201, JSON.stringify(body));
      if (warning === undefined) assert.equal(headers.warning, undefined);
      else assert.match(String(headers.warning), warning);
    });
  }

  test('ClusterNetworkPolicy that speaks of nodes: -> what becomes of the rule', async () => {
    const kind = 'ClusterNetworkPolicy';
    const { status, headers, body } = await api.call(
      'POST',
      '/apis/policy.networking.k8s.io/v1alpha2/clusternetworkpolicies',
      {
        apiVersion: 'policy.networking.k8s.io/v1alpha2',
        kind,
        metadata: { name: 'a' },
        spec: {
          tier: 'Admin',
          priority: 1,
          subject: { namespaces: {} },
          egress: [{ action: 'Deny', to: [{ nodes: {} }] }],
        },
      },
    );
    assert.equal(status, 201, JSON.stringify(body));
    assert.match(String(headers.warning), /spec\.egress\[0\]\.to\[0\]\.nodes: nodes found.*denies all egress/);
  });
});
