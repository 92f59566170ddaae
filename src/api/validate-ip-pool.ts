import { errorText } from '../base/errors.ts';
import { type Cidr, cidrFamily, cidrLength, cidrOf, cidrsOverlap, parseIpWithPrefix } from '../net/cidr.ts';
import { isMappedIpv4 } from '../net/ip.ts';
import type { IPPool } from './calico.ts';
import type { FieldError } from './field-error.ts';
import { defaultBlockSize } from './ip-pool.ts';
import { readSelector, usesGlobal } from './validate-selector.ts';

const blockSizes = { 4: { least: 20, most: 32 }, 6: { least: 116, most: 128 } } as const;
const linkLocal = ['169.254.0.0/16', 'fe80::/10'] as Cidr[];

/** Checks what a schema cannot say about a pool, and what may not change once it exists. */
export function validateIpPool(pool: IPPool, old?: IPPool): readonly FieldError[] {
  const cidr = readCidr(pool);
  const errors = typeof cidr === 'string' ? checkCidr(pool, cidr) : [cidr];
  return [...errors, ...checkModes(pool), ...checkSelectors(pool), ...checkUses(pool), ...checkUnchanged(pool, old)];
}

function readCidr({ spec: { cidr: text } }: IPPool): Cidr | FieldError {
  try {
    if (typeof text !== 'string' || !text.includes('/')) throw new TypeError('ADDRESS/LENGTH needed');
    const { ip, prefixLength } = parseIpWithPrefix(text);
    if (isMappedIpv4(ip)) throw new TypeError('IPv4 addresses are needed in their own form, not in that of IPv6');
    const cidr = cidrOf(ip, prefixLength);
    if (cidr.startsWith(`${ip}/`)) return cidr;
    return { field: 'spec.cidr', value: cidr, reason: 'IP pool CIDR is not strictly masked' };
  } catch (error) {
    return { field: 'spec.cidr', value: text, reason: errorText(error) };
  }
}

function checkCidr({ spec }: IPPool, cidr: Cidr): readonly FieldError[] {
  const errors: FieldError[] = [];
  const family = cidrFamily(cidr);
  if (linkLocal.some((network) => cidrsOverlap(network, cidr))) {
    errors.push({ field: 'spec.cidr', value: cidr, reason: 'IP pool range overlaps with the link-local range' });
  }
  const { least, most } = blockSizes[family];
  const blockSize = spec.blockSize || defaultBlockSize[family];
  if (blockSize < least || blockSize > most) {
    const reason = `an IPv${family} block size is a prefix length from ${least} to ${most}`;
    errors.push({ field: 'spec.blockSize', value: blockSize, reason });
  } else if (cidrLength(cidr) > blockSize && spec.disabled !== true) {
    const reason =
      'IP pool size is too small for use with Calico IPAM. It must be equal to or greater than the block size.';
    errors.push({ field: 'spec', reason });
  }
  if (family === 6 && (spec.ipipMode ?? 'Never') !== 'Never') {
    errors.push({
      field: 'spec.ipipMode',
      value: spec.ipipMode,
      reason: "IPIPMode other than 'Never' is not supported on an IPv6 IP pool",
    });
  }
  return errors;
}

function checkModes({ spec }: IPPool): readonly FieldError[] {
  if ((spec.ipipMode ?? 'Never') === 'Never' || (spec.vxlanMode ?? 'Never') === 'Never') return [];
  return [{ field: 'spec', reason: 'IPIPMode and VXLANMode cannot both be enabled on the same IP pool' }];
}

function checkSelectors({ spec }: IPPool): readonly FieldError[] {
  return (['nodeSelector', 'namespaceSelector'] as const).flatMap((key): readonly FieldError[] => {
    const value = spec[key];
    if (typeof value !== 'string') return [];
    const selector = readSelector(value);
    if (typeof selector === 'string') return [{ field: `spec.${key}`, value, reason: selector }];
    return usesGlobal(selector) ? [{ field: `spec.${key}`, value, reason: 'global() is not allowed here' }] : [];
  });
}

function checkUses({ spec }: IPPool): readonly FieldError[] {
  const uses = spec.allowedUses ?? ['Workload', 'Tunnel'];
  const errors: FieldError[] = [];
  const field = 'spec.allowedUses';
  const selectsNamespaces = !matchesAll(spec.namespaceSelector ?? '');
  if (selectsNamespaces && (spec.allowedUses ?? []).includes('Tunnel')) {
    const reason = 'not allowed together with the use Tunnel: set allowedUses to [Workload]';
    errors.push({ field: 'spec.namespaceSelector', value: spec.namespaceSelector, reason });
  }
  if (!uses.includes('LoadBalancer')) return errors;
  if (uses.length > 1) errors.push({ field, value: uses, reason: 'LoadBalancer must be the only use' });
  if (!['', 'all()'].includes(spec.nodeSelector ?? '')) {
    errors.push({
      field: 'spec.nodeSelector',
      value: spec.nodeSelector,
      reason: 'must be all() with use LoadBalancer',
    });
  }
  if ((spec.ipipMode ?? 'Never') !== 'Never' || (spec.vxlanMode ?? 'Never') !== 'Never') {
    errors.push({ field, value: uses, reason: 'LoadBalancer is not allowed together with an encapsulation' });
  }
  if (spec.disableBGPExport === true) {
    errors.push({ field: 'spec.disableBGPExport', value: true, reason: 'not allowed with use LoadBalancer' });
  }
  return errors;
}

function checkUnchanged(pool: IPPool, old: IPPool | undefined): readonly FieldError[] {
  if (old === undefined) return [];
  const errors: FieldError[] = [];
  if (pool.spec.cidr !== old.spec.cidr) {
    errors.push({ field: 'spec.cidr', value: pool.spec.cidr, reason: 'IPPool CIDR cannot be modified' });
  } else if (blockSizeOf(pool) !== blockSizeOf(old)) {
    errors.push({ field: 'spec.blockSize', value: pool.spec.blockSize, reason: 'IPPool BlockSize cannot be modified' });
  }
  const balances = (of: IPPool): boolean => of.spec.allowedUses?.includes('LoadBalancer') ?? false;
  if (balances(pool) !== balances(old)) {
    const reason = 'the use LoadBalancer cannot be added or removed later';
    errors.push({ field: 'spec.allowedUses', value: pool.spec.allowedUses, reason });
  }
  return errors;
}

function blockSizeOf({ spec }: IPPool): number {
  return spec.blockSize || defaultBlockSize[spec.cidr.includes(':') ? 6 : 4];
}

function matchesAll(text: string): boolean {
  const selector = readSelector(text);
  return typeof selector !== 'string' && selector.kind === 'all';
}
