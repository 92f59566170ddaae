import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { felixConfigurations, ipamConfigurations, ipPools } from '../api/kinds.ts';
import type { Kind, KubernetesObject } from '../api/meta.ts';
import { checkResource } from './check-resource.ts';

const object = (name: string, spec: object): KubernetesObject => ({ metadata: { name }, spec }) as KubernetesObject;

describe('checkResource', () => {
  const table: readonly [kind: Kind<KubernetesObject>, spec: object, problem: string | undefined][] = [
    [ipPools, { cidr: '10.0.0.0/16' }, undefined],
    [
      ipPools,
      { cidr: '10.0.0.0/16', disabled: 'True' },
      'cannot unmarshal string into Go struct field IPPoolSpec.spec.disabled of type bool',
    ],
    [
      ipPools,
      { cidr: '10.0.0.0/16', natOutGoing: true },
      'field in document is not recognized or is in the wrong location: natOutGoing',
    ],
    [
      felixConfigurations,
      { vxlanPort: 0 },
      "error with field FelixConfiguration.Spec.VXLANPort = '0' (at least 1 is needed)",
    ],
    [
      ipamConfigurations,
      { autoAllocateBlocks: false, maxBlocksPerHost: 1 },
      "error with the following fields:\n-  IPAMConfiguration.Spec.AutoAllocateBlocks = 'false' (StrictAffinity false needs AutoAllocateBlocks true)\n-  IPAMConfiguration.Spec.MaxBlocksPerHost = '1' (MaxBlocksPerHost greater than 0 needs StrictAffinity true)",
    ],
  ];
  for (const [kind, spec, problem] of table) {
    test(`${kind.kind} ${JSON.stringify(spec)}: -> ${problem?.slice(0, 40) ?? 'nothing'}`, () => {
      assert.equal(checkResource(kind, object('default', spec)), problem);
    });
  }
});
