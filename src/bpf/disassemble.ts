import type { Program } from './assemble.ts';
import { helperFunctions } from './helper-functions.ts';
import type { Instruction } from './instruction.ts';
import { aluCodes, jumpCodes, opcode, sizeCodes } from './opcode.ts';

/**
 * The program as text, one slot per line in the notation of the kernel's verifier log, with labels and comments:
 * `   6: if r0 != 0 goto drop`.
 */
export function disassemble(program: Program): string {
  const lines: string[] = [];
  for (const [slot, instruction] of program.instructions.entries()) {
    for (const text of program.notes.get(slot) ?? []) lines.push(`      ; ${text}`);
    const here = program.labels.get(slot);
    if (here !== undefined) lines.push(`${here}:`);
    if (instruction.opcode === 0) continue;
    const text = program.mapSlots.has(slot)
      ? `r${instruction.destination} = map ${program.mapSlots.get(slot)}`
      : formatInstruction(instruction, (offset) => targetName(program, slot, offset));
    lines.push(`${String(slot).padStart(4)}: ${text}`);
  }
  return `${lines.join('\n')}\n`;
}

/** One instruction without its program: jumps show as `+3`. */
export function formatInstruction(
  instruction: Instruction,
  target: (offset: number) => string = (offset) => `+${offset}`,
): string {
  switch (instruction.opcode & 0x07) {
    case opcode.BPF_ALU:
      return formatAlu(instruction, 'w');
    case opcode.BPF_ALU64:
      return formatAlu(instruction, 'r');
    case opcode.BPF_JMP:
      return formatJump(instruction, 'r', target);
    case opcode.BPF_JMP32:
      return formatJump(instruction, 'w', target);
    case opcode.BPF_LDX:
      return `r${instruction.destination} = ${memory(instruction, instruction.source)}`;
    case opcode.BPF_ST:
      return `${memory(instruction, instruction.destination)} = ${instruction.immediate | 0}`;
    case opcode.BPF_STX:
      return formatStore(instruction);
    default:
      return `r${instruction.destination} = ${instruction.immediate} ll`;
  }
}

function formatAlu(instruction: Instruction, prefix: string): string {
  const code = instruction.opcode & 0xf0;
  if (code === opcode.BPF_END)
    return `r${instruction.destination} = be${instruction.immediate} r${instruction.destination}`;
  return `${prefix}${instruction.destination} ${nameOf(aluCodes, code)} ${operand(instruction, prefix)}`;
}

function formatJump(instruction: Instruction, prefix: string, target: (offset: number) => string): string {
  const code = instruction.opcode & 0xf0;
  if (code === opcode.BPF_EXIT) return 'exit';
  if (code === opcode.BPF_CALL) return `call bpf_${nameOf(helperFunctions, instruction.immediate)}`;
  if (code === opcode.BPF_JA) return `goto ${target(instruction.offset)}`;
  const condition = `${prefix}${instruction.destination} ${nameOf(jumpCodes, code)} ${operand(instruction, prefix)}`;
  return `if ${condition} goto ${target(instruction.offset)}`;
}

function formatStore(instruction: Instruction): string {
  const place = memory(instruction, instruction.destination);
  if ((instruction.opcode & 0xe0) === opcode.BPF_ATOMIC) return `lock ${place} += r${instruction.source}`;
  return `${place} = r${instruction.source}`;
}

function memory(instruction: Instruction, base: number): string {
  const sign = instruction.offset < 0 ? '-' : '+';
  return `*(${nameOf(sizeCodes, instruction.opcode & 0x18)} *)(r${base} ${sign} ${Math.abs(instruction.offset)})`;
}

function operand(instruction: Instruction, prefix: string): string {
  return (instruction.opcode & opcode.BPF_X) === 0
    ? String(instruction.immediate | 0)
    : `${prefix}${instruction.source}`;
}

function nameOf(names: Readonly<Record<string, number>>, code: number): string {
  return Object.entries(names).find(([, value]) => value === code)?.[0] ?? `?${code}`;
}

function targetName(program: Program, slot: number, offset: number): string {
  return program.labels.get(slot + 1 + offset) ?? `+${offset}`;
}
