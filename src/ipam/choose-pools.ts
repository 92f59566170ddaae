import type { Namespace, Node } from '../api/core.ts';
import { WeftError } from '../base/errors.ts';
import { tryParseCidr } from '../net/cidr.ts';
import type { Family } from '../net/ip.ts';
import { matchSelectorText } from '../selector/match-selector-text.ts';
import type { IpamErrorCode } from './ipam-errors.ts';
import { type AddressUse, allowsUse, isEnabledPool, type Pool } from './pool.ts';

/** For whom and what pools are chosen. */
export interface PoolRequest {
  readonly family: Family;
  readonly use: AddressUse;
  readonly nodeName: string;
  readonly node: Node | undefined;
  /** Absent for tunnel addresses. */
  readonly namespace: Namespace | undefined;
  /** Names or CIDRs of pools asked for explicitly; empty or absent: choose. */
  readonly wanted?: readonly string[];
}

/**
 * The pools an address may come from, in the order to try. Pools asked for by name or CIDR are taken as they are, in
 * that order, whatever their selectors and assignment mode; without a wish, every enabled Automatic pool of the family
 * that selects the node and the namespace and allows the use, by name.
 *
 * @throws WeftError IPAM_UNKNOWN_POOL, IPAM_POOL_UNUSABLE, IPAM_NO_POOL
 */
export function choosePools(pools: readonly Pool[], request: PoolRequest): readonly Pool[] {
  if (request.wanted !== undefined && request.wanted.length > 0) {
    return request.wanted.map((wanted) => wantedPool(pools, wanted, request));
  }
  const chosen = pools.filter(
    (pool) =>
      pool.family === request.family &&
      isEnabledPool(pool) &&
      pool.object.spec.assignmentMode !== 'Manual' &&
      allowsUse(pool, request.use) &&
      selectsNode(pool, request.node) &&
      selectsNamespace(pool, request.namespace),
  );
  if (chosen.length === 0) throw noPool(pools, request);
  return chosen;
}

/** True when the pool's nodeSelector matches the node. A selector that cannot be read matches nothing. */
export function selectsNode(pool: Pool, node: Node | undefined): boolean {
  return matches(pool.object.spec.nodeSelector, node?.metadata.labels);
}

function selectsNamespace(pool: Pool, namespace: Namespace | undefined): boolean {
  const selector = pool.object.spec.namespaceSelector;
  return selector === undefined || selector === '' || matches(selector, namespace?.metadata.labels);
}

function matches(selector: string | undefined, labels: Readonly<Record<string, string>> = {}): boolean {
  return selector === undefined || selector === '' || selector === 'all()' || matchSelectorText(selector, labels);
}

function wantedPool(pools: readonly Pool[], wanted: string, request: PoolRequest): Pool {
  const cidr = tryParseCidr(wanted);
  const pool = pools.find((one) => one.name === wanted || one.cidr === cidr);
  if (pool === undefined) {
    const known = pools.map((one) => `${one.name} (${one.cidr})`).join(', ') || 'none';
    throw ipamError('IPAM_UNKNOWN_POOL', `Cannot use IP pool "${wanted}": there is no such pool; pools: ${known}`);
  }
  if (pool.family !== request.family) {
    const needed = `an IPv${request.family} pool needed`;
    throw ipamError(
      'IPAM_UNKNOWN_POOL',
      `Cannot use IP pool "${wanted}": ${pool.cidr} is IPv${pool.family}, ${needed}`,
    );
  }
  if (!isEnabledPool(pool)) {
    const remedy = 'enable it (spec.disabled: false) or ask for another pool';
    throw ipamError('IPAM_POOL_UNUSABLE', `Cannot use IP pool "${wanted}": it is disabled; ${remedy}`);
  }
  if (!allowsUse(pool, request.use)) {
    const remedy = `add ${request.use} to its spec.allowedUses or ask for another pool`;
    throw ipamError(
      'IPAM_POOL_UNUSABLE',
      `Cannot use IP pool "${wanted}" for use ${request.use}: not allowed; ${remedy}`,
    );
  }
  return pool;
}

/** Says for every pool of the family why it was passed over, so that the reader need not guess. */
function noPool(pools: readonly Pool[], request: PoolRequest): WeftError {
  const reasons = pools
    .filter((pool) => pool.family === request.family)
    .map((pool) => `${pool.name}: ${passedOver(pool, request)}`);
  const found = reasons.length === 0 ? `there is no IPv${request.family} pool` : reasons.join('; ');
  return ipamError(
    'IPAM_NO_POOL',
    `no configured Calico pools for node ${request.nodeName}: ${found}; create an IPPool or change one of these`,
  );
}

function passedOver(pool: Pool, request: PoolRequest): string {
  if (!isEnabledPool(pool)) return 'disabled';
  if (pool.object.spec.assignmentMode === 'Manual') return 'assignmentMode is Manual';
  if (!allowsUse(pool, request.use)) return `allowedUses lacks ${request.use}`;
  if (!selectsNode(pool, request.node)) return `nodeSelector ${pool.object.spec.nodeSelector} does not match the node`;
  return `namespaceSelector ${pool.object.spec.namespaceSelector} does not match the namespace`;
}

function ipamError(code: IpamErrorCode, message: string): WeftError {
  return new WeftError(code, message);
}
