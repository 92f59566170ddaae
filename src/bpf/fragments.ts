import { type DropReason, dropReasons, ipipMaps } from './ipip-maps.ts';
import { skb, TCX_DROP } from './kernel-constants.ts';
import { ipv4 } from './packet-offsets.ts';
import { alu, atomicAdd, call, exit, jump, jumpIf, label, load, loadMap, type Statement, store } from './statement.ts';

/**
 * Leaves r7 at the frame's first byte with at least `bytes` readable bytes behind it, or goes to `otherwise`.
 * r6 must hold the context; r0-r5 and r8 are lost.
 *
 * The retry after bpf_skb_pull_data is written out: the verifier refuses a jump back to the first attempt.
 */
export function requireBytes(bytes: number, otherwise: string): Statement[] {
  const enough = `have-${bytes}-bytes`;
  const check = [
    load('u32', 'r7', 'r6', skb.data),
    load('u32', 'r8', 'r6', skb.data_end),
    alu('r1', '=', 'r7'),
    alu('r1', '+=', bytes),
  ];
  return [
    ...check,
    jumpIf('r1', '<=', 'r8', enough),
    alu('r1', '=', 'r6'),
    alu('r2', '=', bytes),
    call('skb_pull_data'),
    jumpIf('r0', '!=', 0, otherwise),
    ...check,
    jumpIf('r1', '>', 'r8', otherwise),
    label(enough),
  ];
}

/**
 * Fills in the checksum of a 20-byte IPv4 header on the stack, whose checksum field is zero. r1 and r2 are lost.
 *
 * The one's complement sum is the same in either byte order, and over words as over halfwords. @see RFC 1071 §2
 */
export function checksumHeader(at: number): Statement[] {
  // Five words, then the carries folded in until none is left.
  const fold = [alu('r2', '=', 'r1'), alu('r2', '>>=', 16), alu('r1', '&=', 0xffff), alu('r1', '+=', 'r2')];
  return [
    load('u32', 'r1', 'r10', at),
    ...[4, 8, 12, 16].flatMap((offset) => [load('u32', 'r2', 'r10', at + offset), alu('r1', '+=', 'r2')]),
    ...fold,
    ...fold,
    ...fold,
    alu('r1', '^=', 0xffff),
    store('u16', 'r10', at + ipv4.checksum, 'r1'),
  ];
}

/** Name of the label that {@link countedDrops} makes for a reason. */
export function dropLabel(reason: DropReason): string {
  return `drop-${reason}`;
}

/** The program's end for dropped packets: one label per reason, a counter, TCX_DROP. Nothing may fall into it. */
export function countedDrops(reasons: readonly DropReason[]): Statement[] {
  const entries = reasons.flatMap((reason, index) => [
    label(dropLabel(reason)),
    alu('r1', '=', dropReasons.indexOf(reason)),
    ...(index === reasons.length - 1 ? [] : [jump('count-drop')]),
  ]);
  return [
    ...entries,
    label('count-drop'),
    store('u32', 'r10', -4, 'r1'),
    alu('r2', '=', 'r10'),
    alu('r2', '+=', -4),
    loadMap('r1', ipipMaps.drops),
    call('map_lookup_elem'),
    jumpIf('r0', '==', 0, 'drop'),
    alu('r1', '=', 1),
    atomicAdd('u64', 'r0', 0, 'r1'),
    label('drop'),
    alu('r0', '=', TCX_DROP),
    exit(),
  ];
}

/** Writes bytes from the stack into the packet, or drops it. r6 must hold the context; r0-r5 are lost. */
export function storeBytes(at: number, from: number, bytes: number, reason: 'malformed' | 'no-room'): Statement[] {
  return [
    alu('r1', '=', 'r6'),
    alu('r2', '=', at),
    alu('r3', '=', 'r10'),
    alu('r3', '+=', from),
    alu('r4', '=', bytes),
    alu('r5', '=', 0),
    call('skb_store_bytes'),
    jumpIf('r0', '!=', 0, dropLabel(reason)),
  ];
}
