import { type HelperName, helperFunctions } from './helper-functions.ts';
import type { Instruction } from './instruction.ts';
import {
  type AluOperator,
  aluCodes,
  type Comparison,
  jumpCodes,
  opcode,
  type Register,
  type Size,
  sizeCodes,
} from './opcode.ts';

/** One line of assembler. Jumps and maps are by name until the program is assembled. */
export type Statement =
  | { readonly kind: 'instruction'; readonly instruction: Instruction }
  | { readonly kind: 'jump'; readonly instruction: Instruction; readonly target: string }
  | { readonly kind: 'map'; readonly destination: Register; readonly map: string }
  | { readonly kind: 'label'; readonly name: string }
  /** Why the following lines are there; kept for the disassembly. */
  | { readonly kind: 'note'; readonly text: string };

/** 64-bit arithmetic: `alu('r1', '+=', 14)`, `alu('r2', '=', 'r10')`. A constant is 32 bits, sign-extended. */
export function alu(destination: Register, operator: AluOperator, value: Register | number): Statement {
  return operation(opcode.BPF_ALU64 | aluCodes[operator], destination, value);
}

/** 32-bit arithmetic; the upper half of the destination becomes zero. */
export function alu32(destination: Register, operator: AluOperator, value: Register | number): Statement {
  return operation(opcode.BPF_ALU | aluCodes[operator], destination, value);
}

/** Swaps the low `bits` between host and network byte order and clears the rest (htons, ntohl). */
export function toBigEndian(destination: Register, bits: 16 | 32 | 64): Statement {
  return plain({
    opcode: opcode.BPF_ALU | opcode.BPF_END | opcode.BPF_TO_BE,
    destination: number(destination),
    immediate: bits,
  });
}

/** `destination = *(size *)(base + offset)`, zero-extended. */
export function load(size: Size, destination: Register, base: Register, offset: number): Statement {
  return plain({
    opcode: opcode.BPF_LDX | opcode.BPF_MEM | sizeCodes[size],
    destination: number(destination),
    source: number(base),
    offset,
  });
}

/** `*(size *)(base + offset) = value`. */
export function store(size: Size, base: Register, offset: number, value: Register | number): Statement {
  const rest = opcode.BPF_MEM | sizeCodes[size];
  if (typeof value === 'number') {
    return plain({ opcode: opcode.BPF_ST | rest, destination: number(base), offset, immediate: value });
  }
  return plain({ opcode: opcode.BPF_STX | rest, destination: number(base), source: number(value), offset });
}

/** `*(size *)(base + offset) += value`, atomically. */
export function atomicAdd(size: 'u32' | 'u64', base: Register, offset: number, value: Register): Statement {
  return plain({
    opcode: opcode.BPF_STX | opcode.BPF_ATOMIC | sizeCodes[size],
    destination: number(base),
    source: number(value),
    offset,
    immediate: aluCodes['+='],
  });
}

/** An unconditional jump. */
export function jump(target: string): Statement {
  return { kind: 'jump', target, instruction: complete({ opcode: opcode.BPF_JMP | opcode.BPF_JA }) };
}

/** A jump when the 64-bit comparison holds; a constant is 32 bits, sign-extended. */
export function jumpIf(left: Register, comparison: Comparison, right: Register | number, target: string): Statement {
  return conditional(opcode.BPF_JMP, left, comparison, right, target);
}

/** Like {@link jumpIf} on the low 32 bits: the way to compare with addresses, whose top bit may be set. */
export function jumpIf32(left: Register, comparison: Comparison, right: Register | number, target: string): Statement {
  return conditional(opcode.BPF_JMP32, left, comparison, right, target);
}

/** Calls a kernel function: arguments in r1-r5 (lost by the call), result in r0. */
export function call(helper: HelperName): Statement {
  return plain({ opcode: opcode.BPF_JMP | opcode.BPF_CALL, immediate: helperFunctions[helper] });
}

/** Ends the program with r0 as its result. */
export function exit(): Statement {
  return plain({ opcode: opcode.BPF_JMP | opcode.BPF_EXIT });
}

/** `destination = the map`; which one the name means is said when the program is encoded. Two slots. */
export function loadMap(destination: Register, map: string): Statement {
  return { kind: 'map', destination, map };
}

/** A place to jump to. */
export function label(name: string): Statement {
  return { kind: 'label', name };
}

/** A comment that stays with the program. */
export function note(text: string): Statement {
  return { kind: 'note', text };
}

function operation(code: number, destination: Register, value: Register | number): Statement {
  if (typeof value === 'number') {
    return plain({ opcode: code | opcode.BPF_K, destination: number(destination), immediate: value });
  }
  return plain({ opcode: code | opcode.BPF_X, destination: number(destination), source: number(value) });
}

function conditional(
  group: number,
  left: Register,
  comparison: Comparison,
  right: Register | number,
  target: string,
): Statement {
  const code = group | jumpCodes[comparison];
  const parts =
    typeof right === 'number'
      ? { opcode: code | opcode.BPF_K, immediate: right }
      : { opcode: code | opcode.BPF_X, source: number(right) };
  return { kind: 'jump', target, instruction: complete({ ...parts, destination: number(left) }) };
}

function plain(parts: Partial<Instruction> & { readonly opcode: number }): Statement {
  return { kind: 'instruction', instruction: complete(parts) };
}

function complete(parts: Partial<Instruction> & { readonly opcode: number }): Instruction {
  return { destination: 0, source: 0, offset: 0, immediate: 0, ...parts };
}

function number(register: Register): number {
  return Number(register.slice(1));
}
