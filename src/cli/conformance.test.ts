import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { ipPools, nodes } from '../api/kinds.ts';
import type { KubernetesObject } from '../api/meta.ts';
import { startApiServer } from '../apiserver/server.ts';
import { isRecord } from '../base/is-record.ts';
import { type CliWorld, startCliWorld } from './testing/run-cli.ts';

const file = new URL('../../../shared/conformance/calicoctl.json', import.meta.url);
const skip = !existsSync(file);

interface Conformance {
  readonly resources: Readonly<Record<string, KubernetesObject | readonly KubernetesObject[]>>;
  readonly invalid: readonly { readonly name: string; readonly resource: object; readonly errorContains: string }[];
  readonly getTables: Readonly<Record<string, string>>;
}

const data: Conformance = skip
  ? { resources: {}, invalid: [], getTables: {} }
  : JSON.parse(readFileSync(file, 'utf8'), (_, value: unknown) => (isManyNets(value) ? manyNets() : value));

function isManyNets(value: unknown): boolean {
  return isRecord(value) && '$manyNets' in value;
}

function manyNets(): readonly string[] {
  return Array.from({ length: 10_000 }, (_, i) => `10.${i >> 8}.${i % 256}.0/28`);
}

/** Kinds that are views, or that the cluster keeps for itself: checked, but not created. */
const readOnly = ['WorkloadEndpoint', 'Profile', 'ClusterInformation'];
/** Found by Kubernetes, so not written: what a document says of them does not count. */
const foundByOthers = ['spec.orchRefs'];
/** Not valid, as their names say. */
const mistaken: Readonly<Record<string, RegExp>> = {
  bgppeer_invalid: /PeerIP = 'badpeerIP'/,
  bgppeer_multiple_invalid: /document 1, .*PeerIP = 'badpeerIP'.*\n.*PeerIP = 'badpeerIP'/,
  bgpconfig_name2_rev3: /cannot set nodeToNodeMeshEnabled on a non default BGP Configuration/i,
};

/** The parts of an object that come back as they were given, in the schema's spelling and without empty values. */
function contains(actual: unknown, wanted: unknown, path: string): void {
  if (foundByOthers.includes(path)) return;
  if (isRecord(wanted) && isRecord(actual)) {
    for (const [key, value] of Object.entries(wanted)) {
      const found = Object.keys(actual).find((name) => name.toLowerCase() === key.toLowerCase());
      if (found === undefined && isEmpty(value)) continue;
      contains(found === undefined ? undefined : actual[found], value, `${path}.${key}`);
    }
  } else if (Array.isArray(wanted) && Array.isArray(actual)) {
    assert.equal(actual.length, wanted.length, path);
    for (const [index, value] of wanted.entries()) contains(actual[index], value, `${path}[${index}]`);
  } else assert.deepEqual(actual, wanted, path);
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true;
  return typeof value === 'object' && Object.values(value).every(isEmpty);
}

let world: CliWorld;

describe('calicoctl conformance', { skip }, () => {
  before(async () => {
    world = await startCliWorld(startApiServer);
    for (const name of ['node1', 'node2', 'node3', 'node4', 'node5', 'host1', 'host2']) {
      await world.cluster.create(nodes, { metadata: { name }, spec: {} });
    }
    for (const name of ['test', 'namespace-1', 'namespace1']) {
      await world.weft(['create', '-f', '-'], {
        input: `{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"${name}"}}`,
      });
    }
    const tier = {
      apiVersion: 'projectcalico.org/v3',
      kind: 'Tier',
      metadata: { name: 'admin' },
      spec: { order: 10_000 },
    };
    await world.weft(['apply', '-f', '-'], { input: JSON.stringify(tier) });
  });
  after(() => world.stop());

  for (const [name, resource] of Object.entries(data.resources)) {
    if (Object.hasOwn(mistaken, name)) continue;
    const { kind = '', metadata } = resource as KubernetesObject;
    if (readOnly.includes(kind)) {
      test(`${name}: -> valid, and refused as ${kind} cannot be written`, async () => {
        const input = JSON.stringify(resource);
        const checked = await world.weft(['validate', '-f', '-'], { input });
        assert.equal(checked.err + checked.out, `Successfully validated 1 '${kind}' resource(s)\n`);
        assert.match(
          (await world.weft(['create', '-f', '-'], { input })).err,
          /operation create or apply is not supported/,
        );
      });
      continue;
    }
    test(`${name}: create, get -o yaml, replace what was printed -> the same`, async () => {
      const input = JSON.stringify(resource);
      // Another case needs it to be there.
      if (name === 'tier_name1_rev1') await world.weft(['delete', 'tier', metadata.name]);
      const created = await world.weft(['create', '-f', '-'], { input });
      assert.equal(created.err + created.out, `Successfully created 1 '${kind}' resource(s)\n`);
      const where = metadata.namespace === undefined ? [] : ['-n', metadata.namespace];
      const got = await world.weft(['get', `${kind}.projectcalico.org`, metadata.name, ...where, '-o', 'json']);
      contains(JSON.parse(got.out).spec, (resource as { spec?: unknown }).spec, 'spec');
      for (const [key, value] of Object.entries(metadata.labels ?? {})) {
        assert.equal(JSON.parse(got.out).metadata.labels[key], value);
      }
      const yaml = await world.weft(['get', `${kind}.projectcalico.org`, metadata.name, ...where, '-o', 'yaml']);
      const replaced = await world.weft(['replace', '-f', '-'], { input: yaml.out });
      assert.equal(replaced.err + replaced.out, `Successfully replaced 1 '${kind}' resource(s)\n`);
      if (kind === 'Node' || name === 'tier_name1_rev1') return;
      if (kind === 'IPPool') {
        // The verb waits for the nodes, which would make this test long; its own test is in delete.test.ts.
        await world.cluster.delete(ipPools, metadata.name);
        return;
      }
      const gone = await world.weft(['delete', `${kind}.projectcalico.org`, metadata.name, ...where]);
      assert.equal(gone.err + gone.out, `Successfully deleted 1 '${kind}' resource(s)\n`);
    });
  }

  mistakes();
  tables();
});

function mistakes(): void {
  for (const [name, error] of Object.entries(mistaken)) {
    test(`${name}: -> refused, every mistake named`, async () => {
      const result = await world.weft(['create', '-f', '-'], { input: JSON.stringify(data.resources[name]) });
      assert.equal(result.status, 1);
      assert.match(result.err, error);
    });
  }

  for (const { name, resource, errorContains } of data.invalid) {
    test(`${name}: -> ${errorContains}`, async () => {
      const result = await world.weft(['create', '-f', '-'], { input: JSON.stringify(resource) });
      assert.equal(result.status, 1, result.out);
      assert.ok(result.err.includes(errorContains), result.err);
    });
  }
}

function tables(): void {
  const table: readonly [table: string, resource: string, wide: boolean][] = [
    ['ippool_name1_rev1_table', 'ippool_name1_rev1_v4', false],
    ['ippool_name1_rev1_wide_table', 'ippool_name1_rev1_v4', true],
    ['ippool_name2_rev1_table', 'ippool_name2_rev1_v6', false],
  ];
  for (const [expected, name, wide] of table) {
    test(`${expected}: -> to the letter`, async () => {
      const resource = data.resources[name] as KubernetesObject;
      await world.weft(['create', '-f', '-'], { input: JSON.stringify(resource) });
      const { out } = await world.weft(['get', 'ippool', resource.metadata.name, ...(wide ? ['-o', 'wide'] : [])]);
      // The data has lost the blanks at its end.
      assert.equal(out.trimEnd(), data.getTables[expected]);
      assert.match(out, / {3}\n\n$/);
      await world.cluster.delete(ipPools, resource.metadata.name);
    });
  }
}
