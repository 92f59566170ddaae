import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assemble, encodeProgram } from './assemble.ts';
import { disassemble } from './disassemble.ts';
import { programVersion } from './program-version.ts';
import { alu, exit, jump, jumpIf, label, loadMap, note, type Statement } from './statement.ts';

const end: readonly Statement[] = [alu('r0', '=', 0), exit()];

describe('assemble', () => {
  it('assemble: labels, notes and maps -> slots counted without labels and notes, maps as two', () => {
    const program = assemble('test', [
      note('first'),
      jumpIf('r1', '==', 0, 'out'),
      loadMap('r1', 'peers'),
      jump('also-out'),
      alu('r0', '=', 1),
      label('out'),
      label('also-out'),
      ...end,
    ]);
    assert.deepEqual(
      program.instructions.map(({ offset }) => offset),
      [4, 0, 0, 1, 0, 0, 0],
    );
    assert.equal(
      disassemble(program),
      `      ; first
   0: if r1 == 0 goto out, also-out
   1: r1 = map peers
   3: goto out, also-out
   4: r0 = 1
out, also-out:
   5: r0 = 0
   6: exit
`,
    );
  });

  const wrong: readonly [name: string, statements: readonly Statement[], found: RegExp][] = [
    ['unknown label', [jump('nowhere'), ...end], /label "nowhere" not defined/],
    ['label defined twice', [label('a'), alu('r1', '=', 0), label('a'), ...end], /label "a" defined twice/],
    ['jump backwards', [label('a'), alu('r1', '=', 0), jump('a'), ...end], /label "a" lies before the jump/],
    ['jump to itself', [label('a'), jump('a'), ...end], /label "a" lies before the jump/],
    ['label at the end', [jump('a'), ...end, label('a')], /label "a" no instruction follows it/],
  ];
  for (const [name, statements, message] of wrong) {
    it(`assemble: ${name} -> refused by name`, () => {
      assert.throws(() => assemble('test', statements), { code: 'BPF_LABEL', message });
    });
  }

  it('encode: map given -> its descriptor with BPF_PSEUDO_MAP_FD', () => {
    const program = assemble('test', [loadMap('r1', 'peers'), ...end]);
    const bytes = encodeProgram(program, new Map([['peers', 7]]));
    assert.equal(Buffer.from(bytes.subarray(0, 16)).toString('hex'), '18110000070000000000000000000000');
  });

  it('encode: map missing -> refused by name', () => {
    const program = assemble('test', [loadMap('r1', 'peers'), ...end]);
    assert.throws(() => encodeProgram(program, new Map()), { code: 'BPF_MAP', message: /map "peers"/ });
  });

  it('version: same instructions -> same; another constant or map -> another; fits a kernel name', () => {
    const version = (value: number, map: string) =>
      programVersion(assemble('test', [loadMap('r1', map), alu('r0', '=', value), exit()]));
    assert.equal(version(1, 'a'), version(1, 'a'));
    assert.equal(new Set([version(1, 'a'), version(2, 'a'), version(1, 'b')]).size, 3);
    assert.match(version(1, 'a'), /^weft_[0-9a-f]{8}$/);
  });
});
