import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { it } from 'node:test';
import { parseIp } from '../net/ip.ts';
import { parseMac } from '../net/mac.ts';
import type { Program } from './assemble.ts';
import { decapsulate } from './decapsulate.ts';
import { disassemble } from './disassemble.ts';
import { encapsulate } from './encapsulate.ts';

const local = parseIp('192.168.122.21');
const tunnelMac = parseMac('02:00:00:00:00:05');

/** UPDATE_GOLDEN=1 writes them anew. */
const golden: readonly [file: string, program: Program][] = [
  ['encapsulate.txt', encapsulate({ tunnelIndex: 5, local, underlayIndexes: [2] })],
  ['encapsulate-two-underlays.txt', encapsulate({ tunnelIndex: 5, local, underlayIndexes: [2, 3] })],
  ['decapsulate.txt', decapsulate({ tunnelIndex: 5, tunnelMac, local })],
];
for (const [file, program] of golden) {
  it(`program: ${file} -> as reviewed`, () => {
    const path = new URL(`testdata/${file}`, import.meta.url);
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(path, disassemble(program));
    assert.equal(disassemble(program), readFileSync(path, 'utf8'));
  });
}

it('program: address with the top bit set -> compared as 32 bits, so that no sign is extended', () => {
  const text = disassemble(decapsulate({ tunnelIndex: 5, tunnelMac, local: parseIp('10.0.0.200') }));
  assert.match(text, /if w1 != -939524086 goto pass/);
});

it('program: IPv6 or no underlay -> refused', () => {
  const ipv6 = parseIp('fd00::1');
  assert.throws(() => encapsulate({ tunnelIndex: 5, local: ipv6, underlayIndexes: [2] }), { code: 'BPF_OPTIONS' });
  assert.throws(() => decapsulate({ tunnelIndex: 5, tunnelMac, local: ipv6 }), { code: 'BPF_OPTIONS' });
  assert.throws(() => encapsulate({ tunnelIndex: 5, local, underlayIndexes: [] }), { code: 'BPF_OPTIONS' });
});
