import type { KubernetesObject } from '../api/meta.ts';
import { isRecord } from '../base/is-record.ts';
import { formatGoFloat } from './go-template/format-go.ts';

/** One column of a table of Calico's objects. */
export interface CalicoColumn {
  readonly header: string;
  readonly value: (object: KubernetesObject, facts: ColumnFacts) => string;
}

/** What a cell depends on besides its object. */
export interface ColumnFacts {
  /** The AS number of nodes that have none of their own. */
  readonly asNumber: number;
}

/** The columns of a kind; `wide` replaces `plain`, `more` can be asked for by name only. */
export interface CalicoColumns {
  readonly plain: readonly CalicoColumn[];
  readonly wide: readonly CalicoColumn[];
  readonly more?: readonly CalicoColumn[];
}

/** The value at a path; `undefined` when it is missing. */
function at(object: unknown, path: string): unknown {
  return path.split('.').reduce((value, key) => (isRecord(value) ? value[key] : undefined), object);
}

function column(header: string, path: string, show: (value: unknown) => string): CalicoColumn {
  return { header, value: (object) => show(at(object, path)) };
}

const text = (header: string, path: string, missing = ''): CalicoColumn =>
  column(header, path, (value) => (value === undefined || value === '' ? missing : String(value)));
const list = (header: string, path: string, longest = Number.POSITIVE_INFINITY): CalicoColumn =>
  column(header, path, (value) => (Array.isArray(value) ? shorten(value.map(itemText).join(','), longest) : ''));
const count = (header: string, path: string): CalicoColumn =>
  column(header, path, (value) => String(Array.isArray(value) ? value.length : 0));
const order = (header: string, path: string): CalicoColumn =>
  column(header, path, (value) => (typeof value === 'number' ? formatGoFloat(value) : '<nil>'));

function itemText(item: unknown): string {
  return isRecord(item) ? `{${Object.values(item).join(' ')}}` : String(item);
}

function shorten(joined: string, longest: number): string {
  return joined.length > longest ? `${joined.slice(0, longest)}...` : joined;
}

const name = text('NAME', 'metadata.name');

/** The same columns with and without -o wide. */
function both(...columns: readonly CalicoColumn[]): CalicoColumns {
  return { plain: [name, ...columns], wide: [name, ...columns] };
}

/** Those that -o wide adds behind the others. */
function andWide(plain: readonly CalicoColumn[], ...wide: readonly CalicoColumn[]): CalicoColumns {
  return { plain: [name, ...plain], wide: [name, ...plain, ...wide] };
}

const tier = text('TIER', 'spec.tier', 'default');
const policy = andWide([tier], order('ORDER', 'spec.order'), text('SELECTOR', 'spec.selector'));
const cidr = text('CIDR', 'spec.cidr');
const poolSelector = text('SELECTOR', 'spec.nodeSelector', 'all()');
const node = text('NODE', 'spec.node');
const workload: CalicoColumn = {
  header: 'WORKLOAD',
  value: (object) => String(at(object, 'spec.workload') ?? at(object, 'spec.pod') ?? ''),
};
const endpoint = [workload, node, list('NETWORKS', 'spec.ipNetworks'), text('INTERFACE', 'spec.interfaceName')];
const peerNode: CalicoColumn = {
  header: 'NODE',
  value: (object) => String(at(object, 'spec.node') || at(object, 'spec.nodeSelector') || '(global)'),
};
const podSelector: CalicoColumn = {
  header: 'PODSELECTOR',
  value: (object) => JSON.stringify(at(object, 'spec.podSelector') ?? {}),
};

const nodeAsNumber: CalicoColumn = {
  header: 'ASN',
  value: (object, { asNumber }) => {
    if (at(object, 'spec.bgp') === undefined) return '';
    return String(at(object, 'spec.bgp.asNumber') ?? `(${asNumber})`);
  },
};

function addressesInUse(block: KubernetesObject): string {
  const slots = at(block, 'spec.allocations');
  const attributes = at(block, 'spec.attributes');
  if (!Array.isArray(slots) || !Array.isArray(attributes)) return '0';
  return String(slots.filter((slot) => slot !== null && attributes[slot]?.releasedAt == null).length);
}

/**
 * The columns calicoctl shows, by plural name of the kind. calicoctl has no tables of blocks, affinities and handles:
 * these are ours.
 */
export const calicoColumns: Readonly<Record<string, CalicoColumns>> = {
  bgpconfigurations: both(
    text('LOGSEVERITY', 'spec.logSeverityScreen'),
    column('MESHENABLED', 'spec.nodeToNodeMeshEnabled', (value) => (value === undefined ? '-' : String(value))),
    text('ASNUMBER', 'spec.asNumber', '-'),
  ),
  bgpfilters: both(
    count('NUMEXPORTV4', 'spec.exportV4'),
    count('NUMIMPORTV4', 'spec.importV4'),
    count('NUMEXPORTV6', 'spec.exportV6'),
    count('NUMIMPORTV6', 'spec.importV6'),
  ),
  bgppeers: both(text('PEERIP', 'spec.peerIP'), peerNode, text('ASN', 'spec.asNumber', '0')),
  blockaffinities: andWide([cidr, node, text('STATE', 'spec.state')], text('TYPE', 'spec.type', 'host')),
  caliconodestatuses: andWide([node], list('CLASSES', 'spec.classes')),
  clusterinformations: both(
    text('CLUSTERGUID', 'spec.clusterGUID'),
    text('CLUSTERTYPE', 'spec.clusterType'),
    text('CALICOVERSION', 'spec.calicoVersion'),
    text('DATASTOREREADY', 'spec.datastoreReady', 'false'),
  ),
  felixconfigurations: both(),
  globalnetworkpolicies: policy,
  globalnetworksets: andWide([], list('NETS', 'spec.nets', 80)),
  hostendpoints: andWide(
    [node],
    text('INTERFACE', 'spec.interfaceName'),
    list('IPS', 'spec.expectedIPs'),
    list('PROFILES', 'spec.profiles'),
  ),
  ipamblocks: andWide(
    [cidr, text('AFFINITY', 'spec.affinity')],
    { header: 'IN USE', value: addressesInUse },
    count('SIZE', 'spec.allocations'),
  ),
  ipamconfigurations: andWide(
    [
      text('STRICTAFFINITY', 'spec.strictAffinity', 'false'),
      text('AUTOALLOCATEBLOCKS', 'spec.autoAllocateBlocks', 'true'),
    ],
    text('MAXBLOCKSPERHOST', 'spec.maxBlocksPerHost', '0'),
  ),
  ipamhandles: both(text('HANDLEID', 'spec.handleID')),
  ippools: {
    plain: [name, cidr, poolSelector],
    wide: [
      name,
      cidr,
      text('NAT', 'spec.natOutgoing', 'false'),
      text('IPIPMODE', 'spec.ipipMode', 'Never'),
      text('VXLANMODE', 'spec.vxlanMode', 'Never'),
      text('DISABLED', 'spec.disabled', 'false'),
      text('DISABLEBGPEXPORT', 'spec.disableBGPExport', 'false'),
      poolSelector,
      text('ASSIGNMENTMODE', 'spec.assignmentMode', 'Automatic'),
    ],
  },
  ipreservations: andWide([], list('CIDRS', 'spec.reservedCIDRs')),
  kubecontrollersconfigurations: both(),
  networkpolicies: policy,
  networksets: andWide([], list('NETS', 'spec.nets', 80)),
  nodes: andWide([], nodeAsNumber, text('IPV4', 'spec.bgp.ipv4Address'), text('IPV6', 'spec.bgp.ipv6Address')),
  profiles: andWide([], {
    header: 'LABELS',
    value: (object) => {
      const labels = at(object, 'spec.labelsToApply');
      return isRecord(labels)
        ? Object.entries(labels)
            .map(([key, value]) => `${key}=${value}`)
            .join(',')
        : '';
    },
  }),
  stagedglobalnetworkpolicies: policy,
  stagedkubernetesnetworkpolicies: andWide([], podSelector),
  stagednetworkpolicies: policy,
  tiers: both(order('ORDER', 'spec.order')),
  workloadendpoints: {
    plain: endpoint,
    wide: [name, ...endpoint, list('PROFILES', 'spec.profiles'), list('NATS', 'spec.ipNATs')],
    more: [text('ORCHESTRATOR', 'spec.orchestrator')],
  },
};

/** The column calicoctl puts before the others with -n and -A. */
export const namespaceColumn = text('NAMESPACE', 'metadata.namespace');
