import { hasCode } from '../base/errors.ts';
import { pointerTo, setsockopt, sys } from './syscalls.ts';

/** One instruction of a classic BPF program: `struct sock_filter`. @see linux/filter.h */
export interface FilterInstruction {
  readonly code: number;
  /** Where to go on, in instructions after the next one, when a comparison holds and when it does not. */
  readonly whenTrue?: number;
  readonly whenFalse?: number;
  readonly operand: number;
}

/** The few codes that our programs are made of: loads are of absolute offsets. @see linux/bpf_common.h */
export const filterCode = {
  loadByte: 0x30,
  loadHalf: 0x28,
  and: 0x54,
  jumpIfEqual: 0x15,
  jumpIfGreater: 0x25,
  returnConstant: 0x06,
} as const;

const SO_ATTACH_FILTER = 26;
const SO_DETACH_FILTER = 27;
const instructionLength = 8;

/**
 * Lets the kernel throw away what a socket is not to receive: 0 = dropped, else the bytes that are kept.
 *
 * @throws WeftError HOST_<ERRNO>
 * @see man socket(7) SO_ATTACH_FILTER
 */
export function attachSocketFilter(fd: number, program: readonly FilterInstruction[]): void {
  const code = new DataView(new ArrayBuffer(program.length * instructionLength));
  program.forEach(({ code: opcode, whenTrue = 0, whenFalse = 0, operand }, index) => {
    const at = index * instructionLength;
    code.setUint16(at, opcode, true);
    code.setUint8(at + 2, whenTrue);
    code.setUint8(at + 3, whenFalse);
    code.setUint32(at + 4, operand, true);
  });
  const instructions = new Uint8Array(code.buffer);
  // struct sock_fprog { unsigned short len; struct sock_filter *filter; }
  const header = new DataView(new ArrayBuffer(16));
  header.setUint16(0, program.length, true);
  header.setBigUint64(8, pointerTo(instructions), true);
  setsockopt(fd, sys.SOL_SOCKET, SO_ATTACH_FILTER, new Uint8Array(header.buffer));
}

/** Takes the filter away. Idempotent. @throws WeftError HOST_<ERRNO> */
export function detachSocketFilter(fd: number): void {
  try {
    setsockopt(fd, sys.SOL_SOCKET, SO_DETACH_FILTER, 0);
  } catch (error) {
    if (!hasCode(error, 'HOST_ENOENT')) throw error;
  }
}
