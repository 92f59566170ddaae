import { WeftError } from '../base/errors.ts';

/** One slot of a program: `struct bpf_insn`. */
export interface Instruction {
  /** 0-255. */
  readonly opcode: number;
  /** Register number, 0-10. */
  readonly destination: number;
  /** Register number, or a BPF_PSEUDO_* marker. */
  readonly source: number;
  /** Signed, 16 bits: bytes for memory, slots for jumps. */
  readonly offset: number;
  /** Signed or unsigned, 32 bits. */
  readonly immediate: number;
}

/** Bytes of one slot. */
export const instructionSize = 8;

/**
 * The slots as the kernel of a little-endian machine (x86-64, arm64) reads them.
 *
 * @throws WeftError BPF_RANGE when an offset or constant does not fit its field
 * @see linux/bpf.h struct bpf_insn
 */
export function encodeInstructions(instructions: readonly Instruction[]): Uint8Array {
  const bytes = new Uint8Array(instructions.length * instructionSize);
  const view = new DataView(bytes.buffer);
  for (const [index, instruction] of instructions.entries()) {
    requireRange(instruction.offset, -0x8000, 0x7fff, 'offset', index);
    requireRange(instruction.immediate, -0x8000_0000, 0xffff_ffff, 'constant', index);
    const at = index * instructionSize;
    view.setUint8(at, instruction.opcode);
    view.setUint8(at + 1, instruction.destination | (instruction.source << 4));
    view.setInt16(at + 2, instruction.offset, true);
    view.setInt32(at + 4, instruction.immediate | 0, true);
  }
  return bytes;
}

/** The inverse of {@link encodeInstructions}; constants come back signed. @throws WeftError BPF_RANGE for half a slot */
export function decodeInstructions(bytes: Uint8Array): Instruction[] {
  if (bytes.length % instructionSize !== 0) {
    throw new WeftError('BPF_RANGE', `Cannot decode program: ${bytes.length} bytes found, a multiple of 8 needed`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: bytes.length / instructionSize }, (_, index) => {
    const at = index * instructionSize;
    const registers = view.getUint8(at + 1);
    return {
      opcode: view.getUint8(at),
      destination: registers & 0xf,
      source: registers >> 4,
      offset: view.getInt16(at + 2, true),
      immediate: view.getInt32(at + 4, true),
    };
  });
}

function requireRange(value: number, least: number, most: number, what: string, index: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new WeftError(
    'BPF_RANGE',
    `Cannot encode instruction "${index}": ${what} ${value}, ${least} to ${most} needed`,
  );
}
