import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { IPPool } from './calico.ts';
import { poolsOverlap } from './ip-pool.ts';
import { calicoKinds, ipamConfigurations, ipPools, ipReservations, nodes } from './kinds.ts';
import type { Kind, KubernetesObject } from './meta.ts';
import { validateObject } from './validate.ts';

type Spec = Readonly<Record<string, unknown>>;
const pool = (spec: Spec, name = 'p'): KubernetesObject => ({ metadata: { name }, spec }) as KubernetesObject;
const fields = (kind: Kind<KubernetesObject>, spec: Spec, old?: Spec): string[] =>
  validateObject(kind, pool(spec, 'default'), old === undefined ? undefined : pool(old)).map(({ field }) => field);

const pools: readonly [spec: Spec, wrong: string[]][] = [
  [{ cidr: '10.24.0.0/16' }, []],
  [{ cidr: '10.24.0.0/16', blockSize: 32, vxlanMode: 'CrossSubnet', nodeSelector: "zone == 'a'" }, []],
  [{ cidr: 'fd00::/64', blockSize: 122 }, []],
  [{}, ['spec.cidr']],
  [{ cidr: '10.24.0.1/16' }, ['spec.cidr']],
  [{ cidr: '10.24.0.0' }, ['spec.cidr']],
  [{ cidr: 'fe80::/64' }, ['spec.cidr']],
  [{ cidr: 7 }, ['spec.cidr']],
  [{ cidr: '10.24.0.0/16', blockSize: 19 }, ['spec.blockSize']],
  [{ cidr: 'fd00::/64', blockSize: 115 }, ['spec.blockSize']],
  [{ cidr: '10.24.0.0/28' }, ['spec']],
  [{ cidr: '10.24.0.0/28', blockSize: 28 }, []],
  [{ cidr: '10.24.0.0/16', ipipMode: 'Always', vxlanMode: 'CrossSubnet' }, ['spec']],
  [{ cidr: 'fd00::/64', ipipMode: 'Always' }, ['spec.ipipMode']],
  [{ cidr: '10.24.0.0/16', nodeSelector: 'a = b' }, ['spec.nodeSelector']],
  [{ cidr: '10.24.0.0/16', nodeSelector: 'has(a) || global()' }, ['spec.nodeSelector']],
  [{ cidr: '10.24.0.0/16', natOutGoing: true }, ['spec.natOutGoing']],
  [{ cidr: '10.24.0.0/16', disabled: 'Maybe' }, ['spec.disabled']],
];

describe('validateObject', () => {
  for (const [spec, wrong] of pools) {
    test(`IPPool ${JSON.stringify(spec)}: -> errors at [${wrong}]`, () =>
      assert.deepEqual(fields(ipPools, spec), wrong));
  }

  const before = { cidr: '10.24.0.0/16' };
  const changes: readonly [spec: Spec, wrong: string[]][] = [
    [{ ...before, blockSize: 26, disabled: true }, []],
    [{ ...before, blockSize: 27 }, ['spec.blockSize']],
    [{ cidr: '10.25.0.0/16' }, ['spec.cidr']],
    [{ ...before, allowedUses: ['LoadBalancer'] }, ['spec.allowedUses']],
  ];
  for (const [spec, wrong] of changes) {
    test(`IPPool changed to ${JSON.stringify(spec)}: -> errors at [${wrong}]`, () =>
      assert.deepEqual(fields(ipPools, spec, before), wrong));
  }

  const configurations: readonly [spec: Spec, wrong: string[]][] = [
    [{ strictAffinity: true, autoAllocateBlocks: false, maxBlocksPerHost: 2 }, []],
    [{ autoAllocateBlocks: false }, ['spec.autoAllocateBlocks']],
    [{ maxBlocksPerHost: 2 }, ['spec.maxBlocksPerHost']],
    [{ ipCooldownSeconds: 1201 }, ['spec.ipCooldownSeconds']],
  ];
  for (const [spec, wrong] of configurations) {
    test(`IPAMConfiguration ${JSON.stringify(spec)}: -> errors at [${wrong}]`, () =>
      assert.deepEqual(fields(ipamConfigurations, spec), wrong));
  }

  test('IPReservation: one bad entry -> named by index', () => {
    assert.deepEqual(fields(ipReservations, { reservedCIDRs: ['10.0.0.1', 'x'] }), ['spec.reservedCIDRs[1]']);
  });

  test('metadata: wrong name, label, annotation -> all three', () => {
    const metadata = { name: 'Bad', labels: { a: '-x' }, annotations: { 'a b': '' } };
    const wrong = validateObject(nodes, { metadata }).map(({ field }) => field);
    assert.deepEqual(wrong, ['metadata.name', 'metadata.labels.a', 'metadata.annotations.a b']);
  });

  test('hostile shapes: null, lists and numbers where objects belong -> errors, no exception', () => {
    const shapes: readonly unknown[] = [{}, { metadata: null }, { metadata: { name: 1, labels: [] }, spec: [] }];
    for (const kind of calicoKinds) {
      for (const shape of shapes) assert.notEqual(validateObject(kind, shape as KubernetesObject).length, 0);
    }
  });
});

test('poolsOverlap: same network under another name -> that pool, itself -> none', () => {
  const mine = pool({ cidr: '10.0.0.0/16' }, 'mine') as IPPool;
  const other = pool({ cidr: '10.0.1.0/24' }, 'other') as IPPool;
  assert.equal(poolsOverlap(mine, [mine, other]), other);
  assert.equal(poolsOverlap(mine, [mine]), undefined);
});

interface ConformanceCase {
  readonly description: string;
  readonly type: string;
  readonly value: Spec;
  readonly valid: boolean;
}

const conformanceFile = new URL('../../../shared/conformance/validation.json', import.meta.url);

test('conformance: kinds of this project -> accepted or refused alike', { skip: !existsSync(conformanceFile) }, () => {
  const revive = (_key: string, value: unknown): unknown => {
    const repeat = (value as { $repeat?: [string, number] } | null)?.$repeat;
    return repeat === undefined ? value : repeat[0].repeat(repeat[1]);
  };
  const { cases } = JSON.parse(readFileSync(conformanceFile, 'utf8'), revive) as { cases: ConformanceCase[] };
  const wrong: string[] = [];
  let count = 0;
  for (const { description, type, value, valid } of cases) {
    const name = type.replace('v3.', '').replace(/Spec$/, '');
    const kind = calicoKinds.find((candidate) => candidate.kind === name);
    if (kind === undefined) continue;
    count++;
    const object = type.endsWith('Spec') ? { metadata: { name: 'default' }, spec: value } : value;
    const errors = validateObject(kind, object as unknown as KubernetesObject);
    if ((errors.length === 0) !== valid) wrong.push(`${description}: ${JSON.stringify(errors)}`);
  }
  assert.deepEqual(wrong, []);
  assert.ok(count > 50, `${count} cases found`);
});
