import { bool, integer, type JsonSchema, list, map, object, oneOf, text } from './json-schema.ts';

const mode = (): JsonSchema => oneOf(['Always', 'CrossSubnet', 'Never'], { default: 'Never' });
const selector = (more: { default?: string } = {}): JsonSchema => text({ maxLength: 1024, ...more });

/** Schema of IPPool.spec. The default of `blockSize` depends on the family, so a schema cannot say it. */
export const ipPoolSpec: JsonSchema = object(
  {
    cidr: text({
      description: 'The network addresses are taken from; cannot be changed',
      maxLength: 48,
      'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'IPPool CIDR cannot be modified' }],
    }),
    vxlanMode: mode(),
    ipipMode: mode(),
    natOutgoing: bool({ description: 'Source-NAT what leaves the pools' }),
    disabled: bool({ description: 'Addresses are no longer assigned; those in use stay' }),
    disableBGPExport: bool({ default: false }),
    blockSize: integer({
      description: 'Prefix length of a block: 20-32 for IPv4 (default 26), 116-128 for IPv6 (default 122)',
      minimum: 0,
      maximum: 128,
      'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'IPPool BlockSize cannot be modified' }],
    }),
    nodeSelector: selector({ default: 'all()' }),
    namespaceSelector: selector(),
    allowedUses: list(oneOf(['Workload', 'Tunnel', 'LoadBalancer']), {
      maxItems: 10,
      default: ['Workload', 'Tunnel'],
      'x-kubernetes-list-type': 'set',
    }),
    assignmentMode: oneOf(['Automatic', 'Manual'], { default: 'Automatic' }),
  },
  {
    required: ['cidr'],
    'x-kubernetes-validations': [
      {
        rule: "!has(self.ipipMode) || !has(self.vxlanMode) || self.ipipMode == 'Never' || self.vxlanMode == 'Never'",
        message: 'IPIPMode and VXLANMode cannot both be enabled on the same IP pool',
      },
      {
        rule: "!has(self.ipipMode) || self.ipipMode == 'Never' || !self.cidr.contains(':')",
        message: 'IPIPMode is only supported on IPv4 pools',
      },
    ],
  },
);

const conditions: JsonSchema = list(
  object(
    {
      type: text(),
      status: oneOf(['True', 'False', 'Unknown']),
      reason: text(),
      message: text(),
      observedGeneration: integer({ format: 'int64' }),
      lastTransitionTime: text({ format: 'date-time' }),
    },
    { required: ['type', 'status'] },
  ),
  { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] },
);

/** Schema of IPPool.status. */
export const ipPoolStatus: JsonSchema = object({ conditions });

/** Schema of IPAMBlock.spec. */
export const ipamBlockSpec: JsonSchema = object(
  {
    cidr: text({
      'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'IPAMBlock CIDR cannot be modified' }],
    }),
    affinity: text({ pattern: '^(host|virtual):.+$' }),
    affinityClaimTime: text({ format: 'date-time' }),
    allocations: list(integer({ nullable: true, minimum: 0 })),
    unallocated: list(integer({ minimum: 0 })),
    attributes: list(
      object({
        handle_id: text(),
        secondary: map(text()),
        alternateOwnerAttrs: map(text()),
        releasedAt: text({ format: 'date-time', nullable: true }),
      }),
    ),
    sequenceNumber: integer({ format: 'int64', minimum: 0, default: 0 }),
    sequenceNumberForAllocation: map(integer({ format: 'int64', minimum: 0 })),
    deleted: bool(),
    strictAffinity: bool({ description: 'No longer used' }),
  },
  { required: ['cidr', 'allocations', 'unallocated', 'attributes'] },
);

/** Schema of IPAMConfiguration.spec. */
export const ipamConfigurationSpec: JsonSchema = object(
  {
    strictAffinity: bool({ default: false, description: 'Nodes never take addresses from blocks of other nodes' }),
    autoAllocateBlocks: bool({ default: true }),
    maxBlocksPerHost: integer({ minimum: 0, maximum: 1_000_000, default: 0, description: '0 is 20 at run time' }),
    ipCooldownSeconds: integer({ minimum: 0, maximum: 1200, description: 'How long a released address rests' }),
    kubeVirtVMAddressPersistence: oneOf(['Enabled', 'Disabled']),
  },
  {
    'x-kubernetes-validations': [
      {
        rule: '!has(self.strictAffinity) || self.strictAffinity || !has(self.autoAllocateBlocks) || self.autoAllocateBlocks',
        message: 'StrictAffinity false needs AutoAllocateBlocks true',
      },
      {
        rule: '!has(self.maxBlocksPerHost) || self.maxBlocksPerHost == 0 || (has(self.strictAffinity) && self.strictAffinity)',
        message: 'MaxBlocksPerHost greater than 0 needs StrictAffinity true',
      },
    ],
  },
);

/** Schema of IPReservation.spec. */
export const ipReservationSpec: JsonSchema = object({ reservedCIDRs: list(text({ maxLength: 48 })) });
