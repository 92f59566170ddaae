import { WeftError } from '../base/errors.ts';
import { encodeInstructions, type Instruction } from './instruction.ts';
import { BPF_PSEUDO_MAP_FD, opcode } from './opcode.ts';
import type { Statement } from './statement.ts';

/** An assembled program; only the descriptors of its maps are missing. */
export interface Program {
  /** What it does, for errors and listings: `encapsulate`. */
  readonly name: string;
  readonly instructions: readonly Instruction[];
  /** Label by slot; several labels of one slot are joined. */
  readonly labels: ReadonlyMap<number, string>;
  /** Comments that precede a slot. */
  readonly notes: ReadonlyMap<number, readonly string[]>;
  /** Which slots load which map. */
  readonly mapSlots: ReadonlyMap<number, string>;
}

/**
 * Resolves labels and lays out the slots.
 *
 * @throws WeftError BPF_LABEL for a label that is unknown, defined twice or behind the last instruction, and for a jump
 * backwards (our programs have no loops, and a verifier before Linux 5.3 accepts none); BPF_RANGE for a jump too far
 */
export function assemble(name: string, statements: readonly Statement[]): Program {
  const places = layOut(name, statements);
  const instructions: Instruction[] = [];
  const labels = new Map<number, string>();
  const notes = new Map<number, string[]>();
  const mapSlots = new Map<number, string>();
  for (const statement of statements) {
    const slot = instructions.length;
    switch (statement.kind) {
      case 'instruction':
        instructions.push(statement.instruction);
        break;
      case 'jump':
        instructions.push({ ...statement.instruction, offset: distance(name, places, slot, statement.target) });
        break;
      case 'map':
        mapSlots.set(slot, statement.map);
        instructions.push(...loadMapSlots(Number(statement.destination.slice(1))));
        break;
      case 'label': {
        const before = labels.get(slot);
        labels.set(slot, before === undefined ? statement.name : `${before}, ${statement.name}`);
        break;
      }
      case 'note':
        notes.set(slot, [...(notes.get(slot) ?? []), statement.text]);
        break;
    }
  }
  return { name, instructions, labels, notes, mapSlots };
}

/**
 * The bytes for BPF_PROG_LOAD.
 *
 * @param maps descriptor by map name
 * @throws WeftError BPF_MAP when one is missing; BPF_RANGE
 */
export function encodeProgram(program: Program, maps: ReadonlyMap<string, number>): Uint8Array {
  const instructions = [...program.instructions];
  for (const [slot, map] of program.mapSlots) {
    const descriptor = maps.get(map);
    const instruction = instructions[slot];
    if (descriptor === undefined || instruction === undefined) {
      throw new WeftError('BPF_MAP', `Cannot encode program "${program.name}": no descriptor for map "${map}"`);
    }
    instructions[slot] = { ...instruction, immediate: descriptor };
  }
  return encodeInstructions(instructions);
}

function layOut(name: string, statements: readonly Statement[]): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  let slot = 0;
  for (const statement of statements) {
    if (statement.kind === 'label') {
      if (places.has(statement.name)) throw labelError(name, statement.name, 'defined twice');
      places.set(statement.name, slot);
    } else if (statement.kind === 'map') slot += 2;
    else if (statement.kind !== 'note') slot += 1;
  }
  for (const [label, place] of places) if (place === slot) throw labelError(name, label, 'no instruction follows it');
  return places;
}

/** Slots to skip: counted from the instruction after the jump. */
function distance(name: string, places: ReadonlyMap<string, number>, slot: number, target: string): number {
  const place = places.get(target);
  if (place === undefined) throw labelError(name, target, 'not defined');
  if (place <= slot) throw labelError(name, target, 'lies before the jump');
  return place - slot - 1;
}

function loadMapSlots(destination: number): Instruction[] {
  const first = { opcode: opcode.LD_IMM64, destination, source: BPF_PSEUDO_MAP_FD, offset: 0, immediate: 0 };
  return [first, { opcode: 0, destination: 0, source: 0, offset: 0, immediate: 0 }];
}

function labelError(program: string, label: string, found: string): WeftError {
  return new WeftError('BPF_LABEL', `Cannot assemble program "${program}": label "${label}" ${found}`);
}
