/** The parts an eBPF opcode byte is made of. @see linux/bpf_common.h, linux/bpf.h, RFC 9669 §3 */
export const opcode = {
  BPF_LD: 0x00,
  BPF_LDX: 0x01,
  BPF_ST: 0x02,
  BPF_STX: 0x03,
  BPF_ALU: 0x04,
  BPF_JMP: 0x05,
  BPF_JMP32: 0x06,
  BPF_ALU64: 0x07,
  BPF_K: 0x00,
  BPF_X: 0x08,
  BPF_MEM: 0x60,
  BPF_ATOMIC: 0xc0,
  BPF_END: 0xd0,
  BPF_TO_BE: 0x08,
  BPF_CALL: 0x80,
  BPF_EXIT: 0x90,
  BPF_JA: 0x00,
  BPF_NEG: 0x80,
  /** Class, size and mode of the two-slot load of a 64-bit constant or a map: BPF_LD | BPF_IMM | BPF_DW. */
  LD_IMM64: 0x18,
} as const;

/** In the source register of a two-slot load: the constant is the descriptor of a map. @see linux/bpf.h BPF_PSEUDO_MAP_FD */
export const BPF_PSEUDO_MAP_FD = 1;

/** Arithmetic by its C operator. `=` is BPF_MOV, `s>>` is BPF_ARSH. */
export const aluCodes = {
  '+=': 0x00,
  '-=': 0x10,
  '*=': 0x20,
  '/=': 0x30,
  '|=': 0x40,
  '&=': 0x50,
  '<<=': 0x60,
  '>>=': 0x70,
  '%=': 0x90,
  '^=': 0xa0,
  '=': 0xb0,
  's>>=': 0xc0,
} as const;

/** Comparisons by their C operator; `&` jumps when any common bit is set (BPF_JSET), `s` stands for signed. */
export const jumpCodes = {
  '==': 0x10,
  '>': 0x20,
  '>=': 0x30,
  '&': 0x40,
  '!=': 0x50,
  's>': 0x60,
  's>=': 0x70,
  '<': 0xa0,
  '<=': 0xb0,
  's<': 0xc0,
  's<=': 0xd0,
} as const;

/** Widths of a memory access by the name the kernel's log uses. */
export const sizeCodes = { u32: 0x00, u16: 0x08, u8: 0x10, u64: 0x18 } as const;

/** `+=`, `=`, ... */
export type AluOperator = keyof typeof aluCodes;
/** `==`, `&`, ... */
export type Comparison = keyof typeof jumpCodes;
/** `u8` to `u64`. */
export type Size = keyof typeof sizeCodes;
/** r0: result; r1-r5: arguments, lost by a call; r6-r9: kept over calls; r10: end of the 512-byte stack, read only. */
export type Register = 'r0' | 'r1' | 'r2' | 'r3' | 'r4' | 'r5' | 'r6' | 'r7' | 'r8' | 'r9' | 'r10';
