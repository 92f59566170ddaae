import { createHash } from 'node:crypto';
import type { Program } from './assemble.ts';
import { encodeInstructions } from './instruction.ts';

/**
 * A name that says exactly which program this is: prefix and eight hex digits of the SHA-256 of its instructions before
 * maps are filled in, `weft_3fa2b1c0`. The kernel shows it as the program's name (15 characters at most), so that a
 * later process sees whether what is attached is what it would attach.
 */
export function programVersion(program: Program): string {
  const hash = createHash('sha256').update(encodeInstructions(program.instructions));
  for (const [slot, map] of program.mapSlots) hash.update(`${slot}=${map};`);
  return `weft_${hash.digest('hex').slice(0, 8)}`;
}
