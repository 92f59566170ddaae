import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assemble } from './assemble.ts';
import { formatInstruction } from './disassemble.ts';
import { decodeInstructions, encodeInstructions } from './instruction.ts';
import {
  alu,
  alu32,
  atomicAdd,
  call,
  exit,
  jumpIf,
  jumpIf32,
  label,
  load,
  type Statement,
  store,
  toBigEndian,
} from './statement.ts';

/** Bytes as the macros BPF_ALU64_REG, BPF_LDX_MEM, ... of linux/filter.h lay them out on a little-endian machine. */
const encodings: readonly [text: string, statement: Statement, hex: string][] = [
  ['r6 = r1', alu('r6', '=', 'r1'), 'bf16000000000000'],
  ['r2 = 14', alu('r2', '=', 14), 'b70200000e000000'],
  ['r2 = -20', alu('r2', '=', -20), 'b7020000ecffffff'],
  ['r1 += 34', alu('r1', '+=', 34), '0701000022000000'],
  ['r1 -= r2', alu('r1', '-=', 'r2'), '1f21000000000000'],
  ['r1 *= 3', alu('r1', '*=', 3), '2701000003000000'],
  ['r1 /= r2', alu('r1', '/=', 'r2'), '3f21000000000000'],
  ['r1 |= r9', alu('r1', '|=', 'r9'), '4f91000000000000'],
  ['r1 &= 65535', alu('r1', '&=', 0xffff), '57010000ffff0000'],
  ['r1 <<= 8', alu('r1', '<<=', 8), '6701000008000000'],
  ['r2 >>= 16', alu('r2', '>>=', 16), '7702000010000000'],
  ['r2 %= 10', alu('r2', '%=', 10), '970200000a000000'],
  ['r1 ^= 3', alu('r1', '^=', 3), 'a701000003000000'],
  ['r1 s>>= 1', alu('r1', 's>>=', 1), 'c701000001000000'],
  ['w1 = w2', alu32('r1', '=', 'r2'), 'bc21000000000000'],
  ['w1 += 1', alu32('r1', '+=', 1), '0401000001000000'],
  ['r1 = be16 r1', toBigEndian('r1', 16), 'dc01000010000000'],
  ['r7 = *(u32 *)(r6 + 76)', load('u32', 'r7', 'r6', 76), '61674c0000000000'],
  ['r1 = *(u16 *)(r7 + 20)', load('u16', 'r1', 'r7', 20), '6971140000000000'],
  ['r1 = *(u8 *)(r10 - 1)', load('u8', 'r1', 'r10', -1), '71a1ffff00000000'],
  ['r1 = *(u64 *)(r10 - 8)', load('u64', 'r1', 'r10', -8), '79a1f8ff00000000'],
  ['*(u64 *)(r10 - 64) = 2', store('u64', 'r10', -64, 2), '7a0ac0ff02000000'],
  ['*(u8 *)(r10 - 88) = 69', store('u8', 'r10', -88, 69), '720aa8ff45000000'],
  ['*(u32 *)(r10 - 4) = r1', store('u32', 'r10', -4, 'r1'), '631afcff00000000'],
  ['*(u16 *)(r10 - 4) = r1', store('u16', 'r10', -4, 'r1'), '6b1afcff00000000'],
  ['lock *(u64 *)(r0 + 0) += r1', atomicAdd('u64', 'r0', 0, 'r1'), 'db10000000000000'],
  ['call bpf_map_lookup_elem', call('map_lookup_elem'), '8500000001000000'],
  ['call bpf_get_prandom_u32', call('get_prandom_u32'), '8500000007000000'],
  ['call bpf_skb_store_bytes', call('skb_store_bytes'), '8500000009000000'],
  ['call bpf_l3_csum_replace', call('l3_csum_replace'), '850000000a000000'],
  ['call bpf_redirect', call('redirect'), '8500000017000000'],
  ['call bpf_skb_pull_data', call('skb_pull_data'), '8500000027000000'],
  ['call bpf_skb_adjust_room', call('skb_adjust_room'), '8500000032000000'],
  ['call bpf_fib_lookup', call('fib_lookup'), '8500000045000000'],
  ['call bpf_redirect_neigh', call('redirect_neigh'), '8500000098000000'],
  ['exit', exit(), '9500000000000000'],
];

/** Jumps over one slot. */
const jumps: readonly [text: string, statement: Statement, hex: string][] = [
  ['if r1 == 8 goto +1', jumpIf('r1', '==', 8, 'end'), '1501010008000000'],
  ['if r1 > r8 goto +1', jumpIf('r1', '>', 'r8', 'end'), '2d81010000000000'],
  ['if r1 >= 1 goto +1', jumpIf('r1', '>=', 1, 'end'), '3501010001000000'],
  ['if r1 & 65343 goto +1', jumpIf('r1', '&', 0xff3f, 'end'), '450101003fff0000'],
  ['if r0 != -114 goto +1', jumpIf('r0', '!=', -114, 'end'), '550001008effffff'],
  ['if r0 s> 0 goto +1', jumpIf('r0', 's>', 0, 'end'), '6500010000000000'],
  ['if r0 s>= 0 goto +1', jumpIf('r0', 's>=', 0, 'end'), '7500010000000000'],
  ['if r1 < r2 goto +1', jumpIf('r1', '<', 'r2', 'end'), 'ad21010000000000'],
  ['if r1 <= r8 goto +1', jumpIf('r1', '<=', 'r8', 'end'), 'bd81010000000000'],
  ['if r0 s< 0 goto +1', jumpIf('r0', 's<', 0, 'end'), 'c500010000000000'],
  ['if r0 s<= 0 goto +1', jumpIf('r0', 's<=', 0, 'end'), 'd500010000000000'],
  ['if w1 != -1 goto +1', jumpIf32('r1', '!=', 0xffffffff, 'end'), '56010100ffffffff'],
];

describe('instruction', () => {
  for (const [text, statement, hex] of [...encodings, ...jumps]) {
    it(`instruction: ${text} -> ${hex}`, () => {
      const skipped = alu('r0', '=', 0);
      const [first] = assemble('test', [statement, skipped, label('end'), exit()]).instructions;
      assert.ok(first);
      const bytes = encodeInstructions([first]);
      assert.equal(Buffer.from(bytes).toString('hex'), hex);
      const [again] = decodeInstructions(bytes);
      assert.ok(again);
      assert.equal(formatInstruction(again), text);
    });
  }

  const outOfRange: readonly [name: string, statement: Statement, message: RegExp][] = [
    ['offset beyond 16 bits', load('u8', 'r1', 'r7', 40000), /offset 40000, -32768 to 32767 needed/],
    ['constant beyond 32 bits', alu('r1', '=', 2 ** 32), /constant 4294967296/],
    ['constant below 32 bits', alu('r1', '=', -(2 ** 31) - 1), /constant -2147483649/],
    ['fraction', alu('r1', '=', 1.5), /constant 1.5/],
  ];
  for (const [name, statement, message] of outOfRange) {
    it(`encode: ${name} -> refused`, () => {
      assert.throws(() => encodeInstructions(assemble('test', [statement]).instructions), {
        code: 'BPF_RANGE',
        message,
      });
    });
  }

  it('decode: half a slot -> refused', () => {
    assert.throws(() => decodeInstructions(new Uint8Array(12)), { code: 'BPF_RANGE' });
  });
});
