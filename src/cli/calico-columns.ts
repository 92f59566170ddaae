import type { ClusterInformation, IPAMBlock, IPAMConfiguration, IPPool, IPReservation } from '../api/calico.ts';
import { type Column, column } from './table.ts';

const name = column('NAME', ({ metadata }) => metadata.name);

function addressesInUse({ spec }: IPAMBlock): number {
  return spec.allocations.filter((slot) => slot !== null && spec.attributes[slot]?.releasedAt == null).length;
}

/** The columns calicoctl shows, by plural name of the kind. calicoctl has no table of blocks: these are ours. */
export const calicoColumns: Readonly<Record<string, readonly Column[]>> = {
  ippools: [
    name,
    column<IPPool>('CIDR', ({ spec }) => spec.cidr),
    column<IPPool>('NAT', ({ spec }) => spec.natOutgoing ?? false, 'wide'),
    column<IPPool>('IPIPMODE', ({ spec }) => spec.ipipMode ?? 'Never', 'wide'),
    column<IPPool>('VXLANMODE', ({ spec }) => spec.vxlanMode ?? 'Never', 'wide'),
    column<IPPool>('DISABLED', ({ spec }) => spec.disabled ?? false, 'wide'),
    column<IPPool>('DISABLEBGPEXPORT', ({ spec }) => spec.disableBGPExport ?? false, 'wide'),
    column<IPPool>('SELECTOR', ({ spec }) => spec.nodeSelector || 'all()'),
    column<IPPool>('ASSIGNMENTMODE', ({ spec }) => spec.assignmentMode ?? 'Automatic', 'wide'),
  ],
  ipamblocks: [
    name,
    column<IPAMBlock>('CIDR', ({ spec }) => spec.cidr),
    column<IPAMBlock>('AFFINITY', ({ spec }) => spec.affinity ?? ''),
    column<IPAMBlock>('IN USE', (block) => addressesInUse(block), 'wide'),
    column<IPAMBlock>('SIZE', ({ spec }) => spec.allocations.length, 'wide'),
  ],
  ipamconfigurations: [
    name,
    column<IPAMConfiguration>('STRICTAFFINITY', ({ spec }) => spec.strictAffinity ?? false),
    column<IPAMConfiguration>('AUTOALLOCATEBLOCKS', ({ spec }) => spec.autoAllocateBlocks ?? true),
    column<IPAMConfiguration>('MAXBLOCKSPERHOST', ({ spec }) => spec.maxBlocksPerHost ?? 0, 'wide'),
  ],
  ipreservations: [name, column<IPReservation>('CIDRS', ({ spec }) => (spec.reservedCIDRs ?? []).join(','), 'wide')],
  felixconfigurations: [name],
  clusterinformations: [
    name,
    column<ClusterInformation>('CLUSTERGUID', ({ spec }) => spec.clusterGUID ?? ''),
    column<ClusterInformation>('CLUSTERTYPE', ({ spec }) => spec.clusterType ?? ''),
    column<ClusterInformation>('CALICOVERSION', ({ spec }) => spec.calicoVersion ?? ''),
    column<ClusterInformation>('DATASTOREREADY', ({ spec }) => spec.datastoreReady ?? false),
  ],
};
