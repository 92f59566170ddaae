import { WeftError } from '../base/errors.ts';
import { instructionSize } from '../bpf/instruction.ts';
import { nameFields, objectInfo, runBpf, textOf, whileInterrupted, zeroTerminated } from './bpf-command.ts';
import { pointerTo } from './syscalls.ts';

const BPF_PROG_TYPE_SCHED_CLS = 3;
/** Room for the verifier's story of a refused program. */
const logBytes = 1 << 20;
/** sizeof(struct bpf_prog_info) up to the name and a little more; the kernel fills what fits. */
const infoSize = 128;
/** No program here uses more. */
const mostMaps = 16;

/** What the kernel knows about a loaded program. */
export interface ProgramInfo {
  readonly id: number;
  /** The kernel's hash of the instructions, 16 hex digits. */
  readonly tag: string;
  readonly name: string;
  readonly mapIds: readonly number[];
}

/** What {@link testRunProgram} saw. */
export interface TestRun {
  /** The program's result, signed. */
  readonly result: number;
  readonly frame: Uint8Array;
  /** Mean duration of one run. */
  readonly durationNs: number;
}

/**
 * Loads a tc program and returns its descriptor (the caller closes it).
 *
 * @param instructions from `encodeProgram`
 * @throws WeftError HOST_BPF_<ERRNO> with the end of the verifier's log
 */
export function loadProgram(name: string, instructions: Uint8Array): number {
  // bpf_fib_lookup is for programs that declare a GPL-compatible licence; this is about the loaded program alone.
  const license = zeroTerminated('GPL');
  const fields = [
    [0, BPF_PROG_TYPE_SCHED_CLS],
    [4, instructions.length / instructionSize],
    [8, instructions],
    [16, license],
    ...nameFields(48, name),
  ] as const;
  try {
    return whileInterrupted(() => runBpf('PROG_LOAD', fields, 'load BPF program', name).result);
  } catch (error) {
    if (!(error instanceof WeftError) || error.code === 'HOST_BPF_EPERM') throw error;
    throw explained(error, name, fields);
  }
}

/** @throws WeftError HOST_BPF_ENOENT when no such program is loaded any more */
export function openProgram(id: number): number {
  return runBpf('PROG_GET_FD_BY_ID', [[0, id]], 'open BPF program', String(id)).result;
}

/** @param fd a program's descriptor @throws WeftError HOST_BPF_<ERRNO> */
export function programInfo(fd: number): ProgramInfo {
  const mapIds = new Uint32Array(mostMaps);
  const bytes = new Uint8Array(mapIds.buffer);
  const fill = (info: DataView) => {
    info.setUint32(52, mostMaps, true);
    info.setBigUint64(56, pointerTo(bytes), true);
  };
  const info = objectInfo(fd, infoSize, fill, 'BPF program');
  const view = new DataView(info.buffer);
  return {
    id: view.getUint32(4, true),
    tag: Buffer.from(info.subarray(8, 16)).toString('hex'),
    name: textOf(info.subarray(64, 80)),
    mapIds: [...mapIds.subarray(0, Math.min(mostMaps, view.getUint32(52, true)))],
  };
}

/**
 * Runs a program on a frame without any device; redirects and route lookups see the calling thread's namespace.
 *
 * @throws WeftError HOST_BPF_EINVAL for a frame shorter than an Ethernet header; HOST_BPF_<ERRNO>
 */
export function testRunProgram(fd: number, frame: Uint8Array, repeat = 1): TestRun {
  const output = new Uint8Array(frame.length + 256);
  const { attributes } = runBpf(
    'PROG_TEST_RUN',
    [
      [0, fd],
      [8, frame.length],
      [12, output.length],
      [16, frame],
      [24, output],
      [32, repeat],
    ],
    'test BPF program',
    String(fd),
  );
  return {
    result: attributes.getInt32(4, true),
    frame: output.subarray(0, attributes.getUint32(12, true)),
    durationNs: attributes.getUint32(36, true),
  };
}

/** The load once more, with a log: keeping one costs time that a program which is accepted need not spend. */
function explained(error: WeftError, name: string, fields: Parameters<typeof runBpf>[1]): WeftError {
  const log = new Uint8Array(logBytes);
  try {
    const withLog = [...fields, [24, 1], [28, logBytes], [32, log]] as const;
    runBpf('PROG_LOAD', withLog, 'load BPF program', name);
  } catch {
    const lines = textOf(log).trim().split('\n').slice(-20).join('\n');
    if (lines !== '') return new WeftError(error.code, `${error.message}, the verifier says:\n${lines}`);
  }
  return error;
}
