import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { JsonRecord } from '../json.ts';
import { startTestServer, type TestServer } from '../testing/test-client.ts';

let api: TestServer;
before(async () => {
  api = await startTestServer();
});
after(() => api.stop());

const core = '/api/v1/namespaces/default';
const apps = '/apis/apps/v1/namespaces/default';
const rbac = '/apis/rbac.authorization.k8s.io/v1';

const main = { name: 'main', image: 'nginx' };
const pod = (spec: JsonRecord): [string, JsonRecord] => [`${core}/pods`, { spec: { containers: [main], ...spec } }];
const service = (spec: JsonRecord): [string, JsonRecord] => [
  `${core}/services`,
  { spec: { ports: [{ port: 80 }], ...spec } },
];
const labels = { app: 'web' };
const template = { metadata: { labels }, spec: { containers: [main] } };
const deployment = (spec: JsonRecord): [string, JsonRecord] => [
  `${apps}/deployments`,
  { spec: { selector: { matchLabels: labels }, template, ...spec } },
];
const slice = (more: JsonRecord): [string, JsonRecord] => [
  '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices',
  { addressType: 'IPv4', endpoints: [], ports: [], ...more },
];
const policy = (spec: JsonRecord): [string, JsonRecord] => [
  '/apis/networking.k8s.io/v1/namespaces/default/networkpolicies',
  { spec: { podSelector: {}, ...spec } },
];

const refused: readonly [name: string, request: [string, JsonRecord], cause: string][] = [
  ['no containers', pod({ containers: [] }), 'spec.containers: Required value'],
  ['container without a name', pod({ containers: [{ image: 'x' }] }), 'spec.containers[0].name: Required value'],
  ['container without an image', pod({ containers: [{ name: 'a' }] }), 'spec.containers[0].image: Required value'],
  [
    'template with a blank image',
    deployment({ template: { ...template, spec: { containers: [{ name: 'a', image: ' ' }] } } }),
    'spec.template.spec.containers[0].image: Required value',
  ],
  [
    'active deadline below 1',
    pod({ activeDeadlineSeconds: -1 }),
    'spec.activeDeadlineSeconds: Invalid value: -1: must be between 1 and 2147483647, inclusive',
  ],
  [
    'TLS secret without a key',
    [`${core}/secrets`, { type: 'kubernetes.io/tls', data: { 'tls.crt': 'Yg==' } }],
    'data[tls.key]: Required value',
  ],
  [
    'registry secret of another key',
    [`${core}/secrets`, { type: 'kubernetes.io/dockerconfigjson', data: { a: 'Yg==' } }],
    'data[.dockerconfigjson]: Required value',
  ],
  [
    'container name in capitals',
    pod({ containers: [{ name: 'Web', image: 'x' }] }),
    'spec.containers[0].name: Invalid value: "Web": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or \'-\', and must start and end with an alphanumeric character',
  ],
  ['two containers of one name', pod({ containers: [main, main] }), 'spec.containers[1].name: Duplicate value: "main"'],
  [
    'init container of the same name',
    pod({ initContainers: [main] }),
    'spec.initContainers[0].name: Duplicate value: "main"',
  ],
  [
    'two ports of one name',
    pod({
      containers: [
        {
          ...main,
          ports: [
            { name: 'http', containerPort: 80 },
            { name: 'http', containerPort: 81 },
          ],
        },
      ],
    }),
    'spec.containers[0].ports[1].name: Duplicate value: "http"',
  ],
  [
    'port 0',
    pod({ containers: [{ ...main, ports: [{ containerPort: 0 }] }] }),
    'spec.containers[0].ports[0].containerPort: Invalid value: 0: must be between 1 and 65535, inclusive',
  ],
  [
    'protocol in lower case',
    pod({ containers: [{ ...main, ports: [{ containerPort: 1, protocol: 'tcp' }] }] }),
    'spec.containers[0].ports[0].protocol: Unsupported value: "tcp": supported values: "SCTP", "TCP", "UDP"',
  ],
  [
    'mount of no volume',
    pod({ containers: [{ ...main, volumeMounts: [{ name: 'data', mountPath: '/data' }] }] }),
    'spec.containers[0].volumeMounts[0].name: Not found: "data"',
  ],
  [
    'variable without a name',
    pod({ containers: [{ ...main, env: [{ value: 'x' }] }] }),
    'spec.containers[0].env[0].name: Required value',
  ],
  [
    'restart policy',
    pod({ restartPolicy: 'always' }),
    'spec.restartPolicy: Unsupported value: "always": supported values: "Always", "OnFailure", "Never"',
  ],
  ['service without ports', service({ ports: [] }), 'spec.ports: Required value'],
  [
    'second port without a name',
    service({ ports: [{ name: 'a', port: 80 }, { port: 81 }] }),
    'spec.ports[1].name: Required value',
  ],
  [
    'two ports of one number',
    service({
      ports: [
        { name: 'a', port: 80 },
        { name: 'b', port: 80 },
      ],
    }),
    'spec.ports[1]: Duplicate value: {"protocol":"TCP","port":80}',
  ],
  [
    'two service ports of one name',
    service({
      ports: [
        { name: 'a', port: 80 },
        { name: 'a', port: 81 },
      ],
    }),
    'spec.ports[1].name: Duplicate value: "a"',
  ],
  [
    'type of service',
    service({ type: 'Internal' }),
    'spec.type: Unsupported value: "Internal": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
  ],
  [
    'label value',
    service({ selector: { app: 'a b' } }),
    "spec.selector: Invalid value: \"a b\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character, at most 63",
  ],
  [
    'less than no replicas',
    deployment({ replicas: -1 }),
    'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
  ],
  [
    'selector of other labels',
    deployment({ selector: { matchLabels: { app: 'other' } } }),
    'spec.template.metadata.labels: Invalid value: map[string]string{"app":"web"}: `selector` does not match template `labels`',
  ],
  [
    'selector expression that does not hold',
    deployment({ selector: { matchExpressions: [{ key: 'app', operator: 'DoesNotExist' }] } }),
    'spec.template.metadata.labels: Invalid value: map[string]string{"app":"web"}: `selector` does not match template `labels`',
  ],
  ['no selector', deployment({ selector: undefined }), 'spec.selector: Required value'],
  [
    'empty selector',
    deployment({ selector: {} }),
    'spec.selector: Invalid value: {}: empty selector is invalid for deployment',
  ],
  [
    'operator without values',
    deployment({ selector: { matchLabels: labels, matchExpressions: [{ key: 'app', operator: 'In' }] } }),
    "spec.selector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
  ],
  [
    'pods that end',
    deployment({ template: { ...template, spec: { containers: [main], restartPolicy: 'Never' } } }),
    'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
  ],
  [
    'no room for an update',
    deployment({ strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } }),
    'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0',
  ],
  [
    'no address of the type',
    slice({ endpoints: [{ addresses: ['fd00::1'] }] }),
    'endpoints[0].addresses[0]: Invalid value: "fd00::1": must be a valid IPv4 address',
  ],
  [
    'endpoint without address',
    slice({ endpoints: [{}] }),
    'endpoints[0].addresses: Required value: must contain at least 1 address',
  ],
  [
    'address type',
    slice({ addressType: 'IP' }),
    'addressType: Unsupported value: "IP": supported values: "FQDN", "IPv4", "IPv6"',
  ],
  [
    'no network',
    policy({ ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/33' } }] }] }),
    'spec.ingress[0].from[0].ipBlock.cidr: Invalid value: "10.0.0.0/33": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
  ],
  [
    'exception outside',
    policy({ egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.0.0.0/8'] } }] }] }),
    'spec.egress[0].to[0].ipBlock.except[0]: Invalid value: "10.0.0.0/8": must be a strict subset of `cidr`',
  ],
  [
    'peer of two sorts',
    policy({ ingress: [{ from: [{ podSelector: {}, ipBlock: { cidr: '10.0.0.0/8' } }] }] }),
    'spec.ingress[0].from[0]: Forbidden: may not specify both ipBlock and another peer',
  ],
  ['empty peer', policy({ ingress: [{ from: [{}] }] }), 'spec.ingress[0].from[0]: Required value: must specify a peer'],
  [
    'range that goes down',
    policy({ ingress: [{ ports: [{ port: 80, endPort: 79 }] }] }),
    'spec.ingress[0].ports[0].endPort: Invalid value: 79: must be greater than or equal to `port`',
  ],
  [
    'policy type',
    policy({ policyTypes: ['Both'] }),
    'spec.policyTypes[0]: Unsupported value: "Both": supported values: "Egress", "Ingress"',
  ],
  [
    'key with a space',
    [`${core}/configmaps`, { data: { 'a b': '' } }],
    "data[a b]: Invalid value: \"a b\": a valid config key must consist of alphanumeric characters, '-', '_' or '.', at most 253, and must not begin with '..'",
  ],
  [
    'more than 1 MiB',
    [`${core}/secrets`, { data: { a: Buffer.alloc(2 ** 20 + 1).toString('base64') } }],
    'data: Too long: may not be more than 1048576 bytes',
  ],
  [
    'role without verbs',
    [`${rbac}/namespaces/default/roles`, { rules: [{ resources: ['pods'] }] }],
    'rules[0].verbs: Required value: verbs must contain at least one value',
  ],
  [
    'binding to a Role in the whole cluster',
    [`${rbac}/clusterrolebindings`, { roleRef: { kind: 'Role', name: 'x' } }],
    'roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"',
  ],
];

for (const [name, [path, body], cause] of refused) {
  test(`create: ${name} -> 422 ${cause.slice(0, cause.indexOf(': '))}`, async () => {
    const { status, body: answer } = await api.call('POST', path, { metadata: { name: 'refused' }, ...body });
    assert.equal(status, 422, JSON.stringify(answer));
    assert.ok(String(answer.message).endsWith(`"refused" is invalid: ${cause}`), String(answer.message));
  });
}

test('create: a policy for a network with bits of a host -> 201, as on every cluster', async () => {
  const [path, body] = policy({ ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.1/24', except: ['10.0.0.9/32'] } }] }] });
  const { status } = await api.call('POST', path, { metadata: { name: 'taken' }, ...body });
  assert.equal(status, 201);
});

test('create: everything wrong at once -> every cause', async () => {
  const [path, body] = deployment({ replicas: -1, selector: { matchLabels: { app: 'other' } } });
  const { body: answer } = await api.call('POST', path, { metadata: { name: 'refused' }, ...body });
  assert.match(String(answer.message), /is invalid: \[spec\.replicas: .*, spec\.template\.metadata\.labels: .*\]$/);
});

test('update of a pod: image and labels may change, the command may not', async () => {
  const [path, body] = pod({});
  await api.call('POST', path, { metadata: { name: 'change' }, ...body });
  const type = 'application/strategic-merge-patch+json';
  const image = { spec: { containers: [{ name: 'main', image: 'nginx:1' }] }, metadata: { labels } };
  assert.equal((await api.call('PATCH', `${path}/change`, image, type)).status, 200);
  const command = { spec: { containers: [{ name: 'main', command: ['sh'] }] } };
  const { status, body: answer } = await api.call('PATCH', `${path}/change`, command, type);
  assert.equal(status, 422);
  assert.match(String(answer.message), /spec: Forbidden: pod updates may not change fields other than/);
});

test('kinds that are stored and not enforced: created with a warning that says so, changed without', async () => {
  const path = `${rbac}/clusterroles`;
  const body = { metadata: { name: 'system:some:role' }, rules: [{ verbs: ['get'], resources: ['pods'] }] };
  const made = await api.call('POST', path, body);
  assert.equal(made.status, 201, JSON.stringify(made.body));
  assert.match(String(made.headers.warning), /ClusterRole is stored, but not enforced by this API server/);
  const changed = await api.call('PUT', `${path}/system:some:role`, { ...body, rules: [] });
  assert.deepEqual([changed.status, changed.headers.warning], [200, undefined]);
  const budget = { metadata: { name: 'budget' }, spec: { minAvailable: 1, selector: { matchLabels: labels } } };
  const { status, headers } = await api.call('POST', '/apis/policy/v1/namespaces/default/poddisruptionbudgets', budget);
  assert.equal(status, 201);
  assert.match(String(headers.warning), /PodDisruptionBudget is stored, but not enforced/);
});

test('wrong type in a patch or in the metadata of a custom object -> 400 in kube-apiserver words', async () => {
  const [path, body] = deployment({});
  await api.call('POST', path, { metadata: { name: 'typed' }, ...body });
  const patch = await api.call('PATCH', `${path}/typed`, { spec: { replicas: 'two' } }, 'application/merge-patch+json');
  assert.equal(patch.status, 400);
  assert.equal(
    patch.body.message,
    'Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
  );
  const pool = { metadata: { name: 'typed', labels: { a: true } }, spec: { cidr: '10.98.0.0/16' } };
  const custom = await api.call('POST', '/apis/projectcalico.org/v3/ippools', pool);
  assert.equal(custom.status, 400);
  assert.match(
    String(custom.body.message),
    /unmarshal bool into Go struct field ObjectMeta\.metadata\.labels of type string$/,
  );
});
