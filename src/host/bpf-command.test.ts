import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WeftError } from '../base/errors.ts';
import { whileInterrupted } from './bpf-command.ts';

const interrupted = new WeftError('HOST_BPF_EAGAIN', 'Cannot load BPF program "x": EAGAIN');
const cases: readonly { name: string; fails: readonly WeftError[]; attempts: number; throws?: string }[] = [
  { name: 'nothing fails', fails: [], attempts: 1 },
  { name: 'interrupted twice', fails: [interrupted, interrupted], attempts: 3 },
  { name: 'refused', fails: [new WeftError('HOST_BPF_EACCES', 'no')], attempts: 1, throws: 'HOST_BPF_EACCES' },
  { name: 'interrupted for ever', fails: Array(99).fill(interrupted), attempts: 10, throws: 'HOST_BPF_EAGAIN' },
];
for (const { name, fails, attempts, throws } of cases) {
  test(`load: ${name} -> ${throws ?? 'loaded'} after ${attempts}`, () => {
    let tried = 0;
    const load = () =>
      whileInterrupted(() => {
        const failure = fails[tried++];
        if (failure !== undefined) throw failure;
        return 'loaded';
      });
    if (throws === undefined) assert.equal(load(), 'loaded');
    else assert.throws(load, { code: throws });
    assert.equal(tried, attempts);
  });
}
