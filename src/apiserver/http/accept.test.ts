import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AnswerForm, negotiate, type OfferedForm } from './accept.ts';

const json: AnswerForm = { kind: 'object', yaml: false };
const table = 'application/json;as=Table;v=v1;g=meta.k8s.io';
const oldTable = 'application/json;as=Table;v=v1beta1;g=meta.k8s.io';
const discovery = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const all: readonly OfferedForm[] = ['table', 'metadata', 'discovery'];

const cases: readonly [
  name: string,
  accept: string | undefined,
  offered: readonly OfferedForm[],
  expected: AnswerForm | undefined,
][] = [
  ['no header -> JSON', undefined, all, json],
  ['empty header -> JSON', ' ', all, json],
  ['anything -> JSON', '*/*', all, json],
  ['protobuf first, JSON after -> JSON', 'application/vnd.kubernetes.protobuf,application/json', all, json],
  ['protobuf alone -> nothing', 'application/vnd.kubernetes.protobuf', all, undefined],
  ['text/plain -> nothing', 'text/plain', all, undefined],
  ['YAML -> YAML', 'application/yaml', all, { kind: 'object', yaml: true }],
  ['table -> v1 table', `${table},${oldTable},application/json`, all, { kind: 'table', version: 'v1' }],
  ['old table first -> v1beta1 table', `${oldTable},application/json`, all, { kind: 'table', version: 'v1beta1' }],
  [
    'table of an unknown version -> the next one',
    `${table.replace('v=v1', 'v=v9')},${oldTable}`,
    all,
    { kind: 'table', version: 'v1beta1' },
  ],
  ['table where none is offered -> JSON', `${table},application/json`, [], json],
  ['table alone where none is offered -> nothing', table, [], undefined],
  [
    'spaces and case of names -> the same',
    'Application/JSON; AS=Table; V=v1; G=meta.k8s.io',
    all,
    { kind: 'table', version: 'v1' },
  ],
  [
    'table in another format -> JSON',
    `application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io,application/json`,
    all,
    json,
  ],
  [
    'metadata of one',
    'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
    all,
    { kind: 'metadata', version: 'v1' },
  ],
  [
    'metadata of a list',
    'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
    all,
    { kind: 'metadata', version: 'v1' },
  ],
  ['discovery -> v2', discovery, all, { kind: 'discovery', version: 'v2' }],
  [
    'discovery of an unknown version, JSON after -> JSON',
    `${discovery.replace('v=v2', 'v=v3')},application/json`,
    all,
    json,
  ],
  ['quality turns the order round', `application/json;q=0.1,${table};q=0.9`, all, { kind: 'table', version: 'v1' }],
  ['quality 0 -> not wanted', 'application/json;q=0', all, undefined],
];

for (const [name, accept, offered, expected] of cases) {
  test(`accept: ${name}`, () => {
    assert.deepEqual(negotiate(accept, offered), expected);
  });
}
