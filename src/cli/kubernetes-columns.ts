import type {
  ConfigMap,
  Deployment,
  EndpointSlice,
  Event,
  Namespace,
  Node,
  ReplicaSet,
  Secret,
  Service,
} from '../api/core.ts';
import { formatLabelSelector } from '../api/label-selector.ts';
import type { KubernetesObject, LabelSelector } from '../api/meta.ts';
import { formatAge } from './age.ts';
import { podColumns } from './pod-columns.ts';
import { type Column, column } from './table.ts';

const none = '<none>';
const name = column('NAME', ({ metadata }) => metadata.name);
const age = column('AGE', ({ metadata }, nowMs) => formatAge(metadata.creationTimestamp, nowMs));
const list = (items: readonly string[] | undefined, limit = Number.POSITIVE_INFINITY): string => {
  if (items === undefined || items.length === 0) return none;
  const more = items.length > limit ? ` + ${items.length - limit} more...` : '';
  return items.slice(0, limit).join(',') + more;
};

const nodeAddress = (type: string) => (node: Node) =>
  node.status?.addresses?.find((address) => address.type === type)?.address;
const nodeInfo = (key: string) => (node: Node) => node.status?.nodeInfo?.[key] || '<unknown>';

function nodeStatus({ spec, status }: Node): string {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status;
  const word = ready === 'True' ? 'Ready' : ready === undefined ? 'Unknown' : 'NotReady';
  return spec?.unschedulable === true ? `${word},SchedulingDisabled` : word;
}

function nodeRoles({ metadata }: Node): string {
  const prefix = 'node-role.kubernetes.io/';
  const keys = Object.keys(metadata.labels ?? {}).filter((key) => key.startsWith(prefix));
  return list(keys.map((key) => key.slice(prefix.length)).sort());
}

function servicePorts({ spec }: Service): string {
  return list(
    spec.ports?.map(({ port, nodePort, protocol }) => `${port}${nodePort ? `:${nodePort}` : ''}/${protocol ?? 'TCP'}`),
  );
}

const selectorOf = (selector: LabelSelector): string => formatLabelSelector(selector) || none;

const templateColumns: readonly Column[] = [
  column<Deployment>('CONTAINERS', ({ spec }) => list(spec.template.spec.containers.map((one) => one.name)), 'wide'),
  column<Deployment>('IMAGES', ({ spec }) => list(spec.template.spec.containers.map((one) => one.image ?? '')), 'wide'),
  column<Deployment>('SELECTOR', ({ spec }) => selectorOf(spec.selector), 'wide'),
];

const deploymentCount = (key: string) => (deployment: Deployment) => Number(deployment.status?.[key] ?? 0);

function eventObject({ involvedObject }: Event): string {
  return `${(involvedObject.kind ?? '').toLowerCase()}/${involvedObject.name ?? ''}`;
}

/** The columns kubectl shows, by plural name of the kind. */
export const kubernetesColumns: Readonly<Record<string, readonly Column[]>> = {
  nodes: [
    name,
    column<Node>('STATUS', nodeStatus),
    column<Node>('ROLES', nodeRoles),
    age,
    column<Node>('VERSION', ({ status }) => status?.nodeInfo?.kubeletVersion ?? ''),
    column<Node>('INTERNAL-IP', nodeAddress('InternalIP'), 'wide'),
    column<Node>('EXTERNAL-IP', nodeAddress('ExternalIP'), 'wide'),
    column<Node>('OS-IMAGE', nodeInfo('osImage'), 'wide'),
    column<Node>('KERNEL-VERSION', nodeInfo('kernelVersion'), 'wide'),
    column<Node>('CONTAINER-RUNTIME', nodeInfo('containerRuntimeVersion'), 'wide'),
  ],
  pods: podColumns,
  services: [
    name,
    column<Service>('TYPE', ({ spec }) => spec.type ?? 'ClusterIP'),
    column<Service>('CLUSTER-IP', ({ spec }) => spec.clusterIP || none),
    column<Service>('EXTERNAL-IP', () => none),
    column<Service>('PORT(S)', servicePorts),
    age,
    column<Service>(
      'SELECTOR',
      ({ spec }) => list(Object.entries(spec.selector ?? {}).map(([key, value]) => `${key}=${value}`)),
      'wide',
    ),
  ],
  deployments: [
    name,
    column<Deployment>('READY', (one) => `${deploymentCount('readyReplicas')(one)}/${one.spec.replicas ?? 1}`),
    column<Deployment>('UP-TO-DATE', deploymentCount('updatedReplicas')),
    column<Deployment>('AVAILABLE', deploymentCount('availableReplicas')),
    age,
    ...templateColumns,
  ],
  replicasets: [
    name,
    column<ReplicaSet>('DESIRED', ({ spec }) => spec.replicas ?? 1),
    column<ReplicaSet>('CURRENT', ({ status }) => status?.replicas ?? 0),
    column<ReplicaSet>('READY', ({ status }) => status?.readyReplicas ?? 0),
    age,
    ...templateColumns,
  ],
  endpointslices: [
    name,
    column<EndpointSlice>('ADDRESSTYPE', ({ addressType }) => addressType),
    column<EndpointSlice>('PORTS', ({ ports }) =>
      list(
        ports?.map(({ port }) => String(port ?? '*')),
        3,
      ),
    ),
    column<EndpointSlice>('ENDPOINTS', ({ endpoints }) =>
      list(
        endpoints?.flatMap(({ addresses }) => addresses),
        3,
      ),
    ),
    age,
  ],
  namespaces: [name, column<Namespace>('STATUS', ({ status }) => status?.phase ?? 'Active'), age],
  serviceaccounts: [name, column('SECRETS', () => 0), age],
  configmaps: [name, column<ConfigMap>('DATA', ({ data }) => Object.keys(data ?? {}).length), age],
  secrets: [
    name,
    column<Secret>('TYPE', ({ type }) => type ?? 'Opaque'),
    column<Secret>('DATA', ({ data }) => Object.keys(data ?? {}).length),
    age,
  ],
  events: [
    column<Event>('LAST SEEN', ({ lastTimestamp, metadata }, nowMs) =>
      formatAge(lastTimestamp ?? metadata.creationTimestamp, nowMs),
    ),
    column<Event>('TYPE', ({ type }) => type ?? 'Normal'),
    column<Event>('REASON', ({ reason }) => reason ?? ''),
    column<Event>('OBJECT', eventObject),
    column<Event>('MESSAGE', ({ message }) => (message ?? '').trim()),
  ],
};

/** For kinds this program does not know. */
export const plainColumns: readonly Column[] = [name, age];

/** First column when several namespaces are shown. */
export const namespaceColumn: Column = column<KubernetesObject>(
  'NAMESPACE',
  ({ metadata }) => metadata.namespace ?? '',
);
