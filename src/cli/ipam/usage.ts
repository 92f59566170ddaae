import type { IPAMBlock, IPPool, IPReservation } from '../../api/calico.ts';
import { type Cidr, cidrContains, cidrSize, cidrsOverlap, compareCidrs, tryParseCidr } from '../../net/cidr.ts';
import { tryParseNetwork } from '../../net/network.ts';
import { formatBox } from '../boxed-table.ts';

/** How the addresses of a network are used. */
export interface Usage {
  readonly grouping: 'IP Pool' | 'Block';
  readonly cidr: Cidr;
  readonly total: bigint;
  readonly inUse: bigint;
  /** By IPReservation. */
  readonly reserved: bigint;
}

/** Usage of every pool, each followed by its blocks, in order of address. */
export function poolUsage(
  pools: readonly IPPool[],
  blocks: readonly IPAMBlock[],
  reservations: readonly IPReservation[],
): readonly Usage[] {
  const reserved = disjoint(
    reservations.flatMap(({ spec }) => (spec.reservedCIDRs ?? []).flatMap((text) => tryParseNetwork(text) ?? [])),
  );
  const inUse = new Map<Cidr, bigint>();
  for (const { spec } of blocks) {
    const cidr = tryParseCidr(spec.cidr);
    if (cidr !== undefined && spec.deleted !== true) inUse.set(cidr, BigInt(slotsInUse(spec)));
  }
  const blockCidrs = [...inUse.keys()].sort(compareCidrs);
  const poolCidrs = pools.flatMap(({ spec }) => tryParseCidr(spec.cidr) ?? []).sort(compareCidrs);
  return poolCidrs.flatMap((pool) => {
    const own = blockCidrs.filter((block) => cidrContains(pool, block));
    const used = own.reduce((sum, block) => sum + (inUse.get(block) ?? 0n), 0n);
    const rows = own.map((block) => usageOf('Block', block, inUse.get(block) ?? 0n, reserved));
    return [usageOf('IP Pool', pool, used, reserved), ...rows];
  });
}

/** calicoctl's boxed table. */
export function formatUsage(usage: readonly Usage[], withBlocks: boolean): string {
  const headers = ['GROUPING', 'CIDR', 'IPS TOTAL', 'IPS IN USE', 'IPS RESERVED', 'IPS FREE'];
  return formatBox(headers, usage.filter(({ grouping }) => grouping === 'IP Pool' || withBlocks).map(cellsOf));
}

function cellsOf({ grouping, cidr, total, inUse, reserved }: Usage): string[] {
  const share = (count: bigint): string => `${shortNumber(count)} (${percent(count, total)}%)`;
  return [grouping, cidr, shortNumber(total), share(inUse), share(reserved), share(total - inUse - reserved)];
}

function percent(count: bigint, total: bigint): string {
  return ((100 * Number(count)) / Number(total)).toFixed(0);
}

/** Go's `%.5g`: five significant digits, exponent form from 100000 on. */
function shortNumber(value: bigint): string {
  const number = Number(value);
  if (number < 100_000) return String(number);
  const [mantissa = '', exponent = ''] = number.toExponential(4).split('e+');
  return `${mantissa.replace(/\.?0+$/, '')}e+${exponent.padStart(2, '0')}`;
}

function usageOf(grouping: Usage['grouping'], cidr: Cidr, inUse: bigint, reservedCidrs: readonly Cidr[]): Usage {
  const total = cidrSize(cidr);
  const reserved = reservedCidrs
    .filter((reservation) => cidrsOverlap(cidr, reservation))
    .reduce((sum, reservation) => sum + (cidrContains(reservation, cidr) ? total : cidrSize(reservation)), 0n);
  // An address may be reserved after it was assigned: it counts once.
  const countsTwice = reserved + inUse > total;
  return { grouping, cidr, total, inUse, reserved: countsTwice ? total - inUse : reserved };
}

/** Slots whose owner holds them; one that only cools down is not in use. */
function slotsInUse(spec: IPAMBlock['spec']): number {
  return spec.allocations.filter((slot) => slot !== null && !spec.attributes[slot]?.releasedAt).length;
}

/** Without those that lie in another one. */
function disjoint(cidrs: readonly Cidr[]): readonly Cidr[] {
  const unique = [...new Set(cidrs)];
  return unique.filter((inner) => !unique.some((outer) => outer !== inner && cidrContains(outer, inner)));
}
