/**
 * Error codes of address management.
 *
 * - `IPAM_NO_POOL`: no pool is usable for this node, namespace and use
 * - `IPAM_UNKNOWN_POOL`: a pool asked for by name or network does not exist (or is of the other IP version)
 * - `IPAM_POOL_UNUSABLE`: a pool asked for is disabled or does not allow the use
 * - `IPAM_NO_FREE_ADDRESS`: every address of the usable pools is taken
 * - `IPAM_BLOCK_LIMIT`: the node owns as many blocks as it may and none has room
 * - `IPAM_ADDRESS_IN_USE`: a wanted address has another owner
 * - `IPAM_OUTSIDE_POOLS`: a wanted address lies in no pool
 * - `IPAM_STRICT_AFFINITY`: a wanted address lies in another node's block and borrowing is off
 * - `IPAM_CONFLICT`: too many lost compare-and-swaps in a row
 */
export type IpamErrorCode =
  | 'IPAM_NO_POOL'
  | 'IPAM_UNKNOWN_POOL'
  | 'IPAM_POOL_UNUSABLE'
  | 'IPAM_NO_FREE_ADDRESS'
  | 'IPAM_BLOCK_LIMIT'
  | 'IPAM_ADDRESS_IN_USE'
  | 'IPAM_OUTSIDE_POOLS'
  | 'IPAM_STRICT_AFFINITY'
  | 'IPAM_CONFLICT';
