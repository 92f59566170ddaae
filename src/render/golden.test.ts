import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { seedDualStack, seedSnapshot } from '../../test/support/seed-cluster.ts';
import { openPolicy } from '../../test/support/seed-policy.ts';
import { computeNodeState } from '../desired/compute.ts';
import type { Snapshot } from '../desired/snapshot.ts';
import { formatReplacement } from '../nft/format.ts';
import { renderKernelState } from './render-kernel-state.ts';

const ebpf = seedSnapshot({ ipip: 'Always' });

/** UPDATE_GOLDEN=1 rewrites testdata/<name>/; read that difference before anything else. */
const cases: readonly { readonly name: string; readonly snapshot: Snapshot }[] = [
  { name: 'vxlan', snapshot: seedSnapshot({ vxlan: 'Always' }) },
  { name: 'ipip-kernel', snapshot: seedSnapshot({ ipip: 'Always' }) },
  { name: 'ipip-ebpf', snapshot: { ...ebpf, machine: { ...ebpf.machine, ipip: 'ebpf' } } },
  { name: 'none', snapshot: seedSnapshot({}) },
  { name: 'cross-subnet', snapshot: seedSnapshot({ ipip: 'CrossSubnet' }) },
  { name: 'dual-stack', snapshot: seedDualStack() },
  { name: 'empty-node', snapshot: seedSnapshot({ vxlan: 'Always' }, { endpoints: [], blocks: [], nodes: [] }) },
];

for (const { name, snapshot } of cases) {
  test(`render: ${name} -> the golden kernel state, its table accepted by nft`, () => {
    const state = computeNodeState(snapshot);
    const { nft, ...rest } = renderKernelState(state, openPolicy(state));
    const directory = join(import.meta.dirname, 'testdata', name);
    const table = formatReplacement(nft);
    const kernel = `${JSON.stringify({ podMtuBytes: state.podMtuBytes, warnings: state.warnings, ...rest }, undefined, 2)}\n`;
    if (process.env.UPDATE_GOLDEN === '1') {
      mkdirSync(directory, { recursive: true });
      writeFileSync(join(directory, 'table.nft'), table);
      writeFileSync(join(directory, 'kernel.json'), kernel);
    }
    assert.equal(table, readFileSync(join(directory, 'table.nft'), 'utf8'));
    assert.equal(kernel, readFileSync(join(directory, 'kernel.json'), 'utf8'));
    execFileSync('unshare', ['-n', 'nft', '--check', '-f', join(directory, 'table.nft')]);
  });
}
