import { hasCode, WeftError } from '../base/errors.ts';
import { objectInfo, runBpf } from './bpf-command.ts';

/** @see linux/bpf.h enum bpf_attach_type */
const attachTypes = { ingress: 46, egress: 47 } as const;
/** Only when the program to be replaced is the one named. @see linux/bpf.h */
const BPF_F_REPLACE = 4;

/** What the kernel knows about a tcx link. */
export interface TcxLinkInfo {
  readonly id: number;
  readonly programId: number;
  /** 0: the link is defunct, its device is gone or it was detached. */
  readonly ifindex: number;
}

/**
 * Attaches a program to a device of the calling thread's namespace; returns the link's descriptor. The program is
 * detached when the last descriptor and pin of the link are gone.
 *
 * @throws WeftError HOST_BPF_ENODEV; HOST_BPF_EINVAL on a kernel before 6.6, which has no tcx
 */
export function attachTcx(program: number, ifindex: number, direction: keyof typeof attachTypes): number {
  const fields = [
    [0, program],
    [4, ifindex],
    [8, attachTypes[direction]],
  ] as const;
  try {
    return runBpf('LINK_CREATE', fields, 'attach BPF program to device', String(ifindex)).result;
  } catch (error) {
    if (!hasCode(error, 'HOST_BPF_EINVAL')) throw error;
    throw new WeftError(error.code, `${error.message}, a kernel with tcx (Linux 6.6 or later) needed`);
  }
}

/**
 * Swaps the program of a link without losing a packet.
 *
 * @throws WeftError HOST_BPF_ENOLINK when the device is gone; HOST_BPF_EPERM when another program than `from` is there
 */
export function replaceLinkProgram(link: number, from: number, to: number): void {
  const fields = [
    [0, link],
    [4, to],
    [8, BPF_F_REPLACE],
    [12, from],
  ] as const;
  runBpf('LINK_UPDATE', fields, 'replace program of BPF link', String(link));
}

/** Detaches at once, whoever else holds the link. @throws WeftError HOST_BPF_<ERRNO> */
export function detachLink(link: number): void {
  runBpf('LINK_DETACH', [[0, link]], 'detach BPF link', String(link));
}

/** @throws WeftError HOST_BPF_<ERRNO> */
export function tcxLinkInfo(link: number): TcxLinkInfo {
  const view = new DataView(objectInfo(link, 48, () => {}, 'BPF link').buffer);
  return { id: view.getUint32(4, true), programId: view.getUint32(8, true), ifindex: view.getUint32(16, true) };
}
