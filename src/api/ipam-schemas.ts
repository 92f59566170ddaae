import { ipPoolSchema } from './ip-pool-schema.ts';
import { integer, type JsonSchema, list, map, object, oneOf, text } from './json-schema.ts';
import { column, type KindSchema, onlyName, wideColumn } from './kind-schema.ts';
import { flag, networks, number, words } from './schema-parts.ts';

const ipamBlockSpec: JsonSchema = object(
  {
    cidr: text({
      description: 'The network of the block',
      maxLength: 49,
      'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'IPAMBlock CIDR cannot be modified' }],
    }),
    affinity: text({
      description: 'Who hands out its addresses: host:NODE or virtual:NAME; absent = nobody',
      pattern: '^(host|virtual):.+$',
    }),
    affinityClaimTime: text({ description: 'Since when', format: 'date-time' }),
    allocations: list(integer({ nullable: true, minimum: 0 }), {
      description: 'For each address the place of its holder in attributes, or null',
    }),
    unallocated: list(integer({ minimum: 0 }), { description: 'Free places, the one free for longest first' }),
    attributes: list(
      object({
        handle_id: words('The handle of the holder'),
        secondary: map(text(), { description: 'pod, namespace, node, type, timestamp of the holder' }),
        alternateOwnerAttrs: map(text(), { description: 'The holder to come, while a machine moves' }),
        releasedAt: text({
          description: 'When the address was released; it rests',
          format: 'date-time',
          nullable: true,
        }),
      }),
      { description: 'The holders' },
    ),
    sequenceNumber: integer({ description: 'Counts the changes', format: 'int64', minimum: 0, default: 0 }),
    sequenceNumberForAllocation: map(integer({ format: 'int64', minimum: 0 }), {
      description: 'The count at which each address was taken',
    }),
    deleted: flag('The block is on its way out'),
    strictAffinity: flag('No longer used'),
  },
  { description: 'The addresses and who holds them', required: ['cidr', 'allocations', 'unallocated', 'attributes'] },
);

const ipamConfigurationSpec: JsonSchema = object(
  {
    strictAffinity: {
      type: 'boolean',
      default: false,
      description: 'Nodes never take addresses from blocks of other nodes',
    },
    autoAllocateBlocks: { type: 'boolean', default: true, description: 'Nodes take blocks as they need them' },
    maxBlocksPerHost: integer({
      minimum: 0,
      maximum: 1_000_000,
      default: 0,
      description: 'Most blocks of a node; 0 is 20 at run time',
    }),
    ipCooldownSeconds: number('How long a released address rests', 0, 1200),
    kubeVirtVMAddressPersistence: oneOf(['Enabled', 'Disabled'], { description: 'Machines keep their address' }),
  },
  {
    description: 'The rules',
    'x-kubernetes-validations': [
      {
        rule: '(has(self.strictAffinity) && self.strictAffinity) || !has(self.autoAllocateBlocks) || self.autoAllocateBlocks',
        message: 'StrictAffinity false needs AutoAllocateBlocks true',
      },
      {
        rule: '!has(self.maxBlocksPerHost) || self.maxBlocksPerHost == 0 || (has(self.strictAffinity) && self.strictAffinity)',
        message: 'MaxBlocksPerHost greater than 0 needs StrictAffinity true',
      },
    ],
  },
);

const blockAffinitySpec: JsonSchema = object(
  {
    state: oneOf(['', 'confirmed', 'pending', 'pendingDeletion'], { description: 'How far the claim has come' }),
    node: words('The node'),
    type: words('host or virtual'),
    cidr: words('The network of the block'),
    deleted: { type: 'boolean', default: false, description: 'The claim is on its way out' },
  },
  { description: 'The claim', required: ['state', 'node', 'cidr'] },
);

const ipamHandleSpec: JsonSchema = object(
  {
    handleID: words('The handle'),
    block: map(integer({ minimum: 0 }), { description: 'Addresses it holds, by the network of their block' }),
    deleted: flag('The handle is on its way out'),
  },
  { description: 'What the handle holds', required: ['handleID', 'block'] },
);

/** Schemas of the kinds of address management. */
export const ipamKindSchemas: Readonly<Record<string, KindSchema>> = {
  IPPool: ipPoolSchema,
  IPAMBlock: {
    description: 'A part of a pool, who hands out its addresses, and who holds them; written by Weft itself',
    spec: ipamBlockSpec,
    columns: [column('CIDR', '.spec.cidr'), column('Affinity', '.spec.affinity')],
  },
  IPAMConfiguration: {
    description: 'Rules of address management; the one object is called "default"',
    spec: ipamConfigurationSpec,
    rules: [onlyName('IPAMConfiguration', 'default')],
    columns: [
      column('StrictAffinity', '.spec.strictAffinity', 'boolean'),
      column('AutoAllocateBlocks', '.spec.autoAllocateBlocks', 'boolean'),
      wideColumn('MaxBlocksPerHost', '.spec.maxBlocksPerHost', 'integer'),
    ],
  },
  IPReservation: {
    description: 'Addresses that are given to nobody automatically',
    spec: object({ reservedCIDRs: networks('The addresses and networks') }, { description: 'The addresses' }),
    columns: [wideColumn('CIDRs', '.spec.reservedCIDRs')],
  },
  BlockAffinity: { description: 'Which node holds a block, in a cluster of Calico', spec: blockAffinitySpec },
  IPAMHandle: { description: 'Which addresses a handle holds, in a cluster of Calico', spec: ipamHandleSpec },
};
