import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApiObject } from '../json.ts';
import { builtInResource } from '../resource.ts';
import { formatAge } from './age.ts';
import { columnsOf } from './columns-of.ts';
import { printerColumns } from './printer-columns.ts';

const now = Date.parse('2026-01-01T01:00:00Z');
const metadata = { name: 'x', creationTimestamp: '2026-01-01T00:55:00Z' };

/** `HEADER=cell` of each column, in order; wide ones in brackets. */
function row(kind: string, object: Record<string, unknown>): string {
  const whole = { apiVersion: 'v1', kind, metadata, ...object } satisfies ApiObject;
  return columnsOf(builtInResource(kind))
    .map((column) => {
      const text = `${column.name}=${column.cell(whole, now)}`;
      return column.priority === 0 ? text : `[${text}]`;
    })
    .join(' | ');
}

const template = {
  spec: {
    containers: [
      { name: 'c1', image: 'i1' },
      { name: 'c2', image: 'i2' },
    ],
  },
};

const cases: readonly [name: string, kind: string, object: Record<string, unknown>, expected: string][] = [
  [
    'node',
    'Node',
    {
      metadata: {
        ...metadata,
        labels: { 'node-role.kubernetes.io/worker': '', 'node-role.kubernetes.io/control-plane': '' },
      },
      spec: { unschedulable: true },
      status: {
        conditions: [{ type: 'Ready', status: 'True' }],
        addresses: [{ type: 'InternalIP', address: '10.0.0.1' }],
        nodeInfo: {
          kubeletVersion: 'v1.32.0',
          osImage: 'Debian',
          kernelVersion: '6.1',
          containerRuntimeVersion: 'c://1',
        },
      },
    },
    'Name=x | Status=Ready,SchedulingDisabled | Roles=control-plane,worker | Age=5m | Version=v1.32.0 | [Internal-IP=10.0.0.1] | [External-IP=<none>] | [OS-Image=Debian] | [Kernel-Version=6.1] | [Container-Runtime=c://1]',
  ],
  [
    'node without status',
    'Node',
    {},
    'Name=x | Status=Unknown | Roles=<none> | Age=5m | Version= | [Internal-IP=<none>] | [External-IP=<none>] | [OS-Image=<unknown>] | [Kernel-Version=<unknown>] | [Container-Runtime=<unknown>]',
  ],
  [
    'service of a node port',
    'Service',
    {
      spec: {
        type: 'NodePort',
        clusterIP: '10.96.0.9',
        selector: { a: '1', b: '2' },
        ports: [
          { port: 80, nodePort: 30080 },
          { port: 53, protocol: 'UDP' },
        ],
      },
    },
    'Name=x | Type=NodePort | Cluster-IP=10.96.0.9 | External-IP=<none> | Port(s)=80:30080/TCP,53/UDP | Age=5m | [Selector=a=1,b=2]',
  ],
  [
    'load balancer that waits',
    'Service',
    { spec: { type: 'LoadBalancer', clusterIP: '10.96.0.9', ports: [] } },
    'Name=x | Type=LoadBalancer | Cluster-IP=10.96.0.9 | External-IP=<pending> | Port(s)=<none> | Age=5m | [Selector=<none>]',
  ],
  [
    'load balancer with addresses',
    'Service',
    {
      spec: { type: 'LoadBalancer', clusterIP: '10.96.0.9', externalIPs: ['1.1.1.1'] },
      status: { loadBalancer: { ingress: [{ ip: '2.2.2.2' }, { hostname: 'h' }] } },
    },
    'Name=x | Type=LoadBalancer | Cluster-IP=10.96.0.9 | External-IP=2.2.2.2,h,1.1.1.1 | Port(s)=<none> | Age=5m | [Selector=<none>]',
  ],
  [
    'external name',
    'Service',
    { spec: { type: 'ExternalName', externalName: 'a.example' } },
    'Name=x | Type=ExternalName | Cluster-IP=<none> | External-IP=a.example | Port(s)=<none> | Age=5m | [Selector=<none>]',
  ],
  [
    'deployment',
    'Deployment',
    {
      spec: {
        replicas: 3,
        selector: { matchLabels: { a: '1' }, matchExpressions: [{ key: 'b', operator: 'Exists' }] },
        template,
      },
      status: { readyReplicas: 2, updatedReplicas: 3, availableReplicas: 1 },
    },
    'Name=x | Ready=2/3 | Up-to-date=3 | Available=1 | Age=5m | [Containers=c1,c2] | [Images=i1,i2] | [Selector=a=1,b]',
  ],
  [
    'replica set',
    'ReplicaSet',
    { spec: { replicas: 0, selector: {}, template } },
    'Name=x | Desired=0 | Current=0 | Ready=0 | Age=5m | [Containers=c1,c2] | [Images=i1,i2] | [Selector=<none>]',
  ],
  [
    'endpoint slice with more than three',
    'EndpointSlice',
    {
      addressType: 'IPv4',
      ports: [{ port: 80 }, { name: 'x' }, {}],
      endpoints: [{ addresses: ['1', '2'] }, { addresses: ['3', '4', '5'] }],
    },
    'Name=x | AddressType=IPv4 | Ports=80,x,* | Endpoints=1,2,3 + 2 more... | Age=5m',
  ],
  [
    'endpoint slice without anything',
    'EndpointSlice',
    { addressType: 'IPv4', endpoints: [] },
    'Name=x | AddressType=IPv4 | Ports=<unset> | Endpoints=<unset> | Age=5m',
  ],
  ['namespace', 'Namespace', { status: { phase: 'Terminating' } }, 'Name=x | Status=Terminating | Age=5m'],
  ['config map', 'ConfigMap', { data: { a: '' }, binaryData: { b: '' } }, 'Name=x | Data=2 | Age=5m'],
  ['secret', 'Secret', { type: 't', data: { a: '' } }, 'Name=x | Type=t | Data=1 | Age=5m'],
  ['service account', 'ServiceAccount', {}, 'Name=x | Secrets=0 | Age=5m'],
  [
    'network policy for all pods',
    'NetworkPolicy',
    { spec: { podSelector: {} } },
    'Name=x | Pod-Selector=<none> | Age=5m',
  ],
  ['lease', 'Lease', { spec: { holderIdentity: 'me' } }, 'Name=x | Holder=me | Age=5m'],
  ['definition', 'CustomResourceDefinition', {}, 'Name=x | Created At=2026-01-01T00:55:00Z'],
  [
    'event',
    'Event',
    {
      involvedObject: { kind: 'Pod', name: 'p', fieldPath: 'spec' },
      type: 'Warning',
      reason: 'R',
      message: ' m\n',
      source: { component: 'c', host: 'h' },
      firstTimestamp: '2026-01-01T00:00:00Z',
      lastTimestamp: '2026-01-01T00:59:00Z',
      count: 4,
    },
    'Last Seen=60s | Type=Warning | Reason=R | Object=pod/p | [Subobject=spec] | [Source=c, h] | Message=m | [First Seen=60m] | [Count=4] | [Name=x]',
  ],
  [
    'event of the newer form',
    'Event',
    { involvedObject: { kind: 'Node' }, eventTime: '2026-01-01T00:58:00Z', reportingComponent: 'c' },
    'Last Seen=2m | Type= | Reason= | Object=node | [Subobject=] | [Source=c] | Message= | [First Seen=2m] | [Count=1] | [Name=x]',
  ],
];

for (const [name, kind, object, expected] of cases) {
  test(`columns: ${name} -> as kubectl shows it`, () => assert.equal(row(kind, object), expected));
}

const printed: readonly [name: string, column: Record<string, unknown>, expected: unknown][] = [
  ['text', { type: 'string', jsonPath: '.spec.text' }, 'abc'],
  ['object as text', { type: 'string', jsonPath: '.spec.map' }, '{"a":1}'],
  ['number as text', { type: 'string', jsonPath: '.spec.count' }, '3.7'],
  ['integer', { type: 'integer', jsonPath: '.spec.count' }, 3],
  ['number', { type: 'number', jsonPath: '.spec.count' }, 3.7],
  ['integer that is a text', { type: 'integer', jsonPath: '.spec.text' }, null],
  ['boolean', { type: 'boolean', jsonPath: '.spec.no' }, false],
  ['date', { type: 'date', jsonPath: '.metadata.creationTimestamp' }, '5m'],
  ['date that is none', { type: 'date', jsonPath: '.spec.text' }, '<invalid>'],
  ['absent', { type: 'string', jsonPath: '.spec.nothing' }, null],
  ['condition', { type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' }, 'True'],
  ['path that cannot be read', { type: 'string', jsonPath: '.a[' }, null],
];

for (const [name, definition, expected] of printed) {
  test(`printer column: ${name} -> ${JSON.stringify(expected)}`, () => {
    const object = {
      apiVersion: 'a/v1',
      kind: 'K',
      metadata,
      spec: { text: 'abc', map: { a: 1 }, count: 3.7, no: false },
      status: {
        conditions: [
          { type: 'Other', status: 'False' },
          { type: 'Ready', status: 'True' },
        ],
      },
    };
    const [column] = printerColumns([{ name: 'C', ...definition }]);
    assert.equal(column?.cell(object, now), expected);
  });
}

const minute = 60_000;
const ages: readonly [ms: number, expected: string][] = [
  [0, '0s'],
  [119_000, '119s'],
  [2 * minute, '2m'],
  [5 * minute + 12_000, '5m12s'],
  [10 * minute + 59_000, '10m'],
  [179 * minute, '179m'],
  [3 * 60 * minute, '3h'],
  [7 * 60 * minute + 5 * minute, '7h5m'],
  [47 * 60 * minute, '47h'],
  [52 * 60 * minute, '2d4h'],
  [410 * 1440 * minute, '410d'],
  [900 * 1440 * minute, '2y170d'],
  [9 * 365 * 1440 * minute, '9y'],
];
for (const [ms, expected] of ages) {
  test(`age: ${ms} ms -> ${expected}`, () => assert.equal(formatAge(new Date(now - ms).toISOString(), now), expected));
}
test('age: absent -> <unknown>', () => assert.equal(formatAge(undefined, now), '<unknown>'));
