import { isRecord } from '../base/is-record.ts';
import { type ApiObject, ensureRecord, type JsonRecord, recordAt, recordsAt, setDefault, stringAt } from './json.ts';

/** Fills in what kube-apiserver fills in for built-in kinds, the part that clients rely on. Changes `object`. */
export function applyDefaults(object: ApiObject): void {
  defaults[object.kind]?.(object);
}

const defaults: Readonly<Record<string, (object: ApiObject) => void>> = {
  Pod: defaultPod,
  Service: defaultService,
  Deployment: defaultDeployment,
  ReplicaSet: (object) => {
    const spec = ensureRecord(object, 'spec');
    setDefault(spec, 'replicas', 1);
    defaultTemplate(spec);
    ensureRecord(object, 'status');
  },
  Namespace: (object) => {
    setDefault(ensureRecord(object, 'spec'), 'finalizers', ['kubernetes']);
    setDefault(ensureRecord(object, 'status'), 'phase', 'Active');
    object.metadata.labels = { ...object.metadata.labels, 'kubernetes.io/metadata.name': object.metadata.name };
  },
  Secret: (object) => {
    setDefault(object, 'type', 'Opaque');
    const plain = recordAt(object, 'stringData');
    if (plain === undefined) return;
    const data = ensureRecord(object, 'data');
    for (const [key, value] of Object.entries(plain)) data[key] = Buffer.from(String(value)).toString('base64');
    delete object.stringData;
  },
  Node: (object) => {
    ensureRecord(object, 'spec');
    ensureRecord(object, 'status');
  },
  NetworkPolicy: defaultNetworkPolicy,
  EndpointSlice: (object) => {
    for (const port of recordsAt(object, 'ports')) {
      setDefault(port, 'protocol', 'TCP');
      setDefault(port, 'name', '');
    }
  },
};

function defaultPod(object: ApiObject): void {
  const spec = ensureRecord(object, 'spec');
  defaultPodSpec(spec);
  setDefault(spec, 'serviceAccountName', 'default');
  setDefault(spec, 'serviceAccount', spec.serviceAccountName);
  setDefault(spec, 'enableServiceLinks', true);
  const status = ensureRecord(object, 'status');
  setDefault(status, 'phase', 'Pending');
  setDefault(status, 'qosClass', qosClass(spec));
}

function defaultPodSpec(spec: JsonRecord): void {
  setDefault(spec, 'restartPolicy', 'Always');
  setDefault(spec, 'terminationGracePeriodSeconds', 30);
  setDefault(spec, 'dnsPolicy', 'ClusterFirst');
  setDefault(spec, 'schedulerName', 'default-scheduler');
  ensureRecord(spec, 'securityContext');
  for (const field of ['containers', 'initContainers']) {
    for (const container of recordsAt(spec, field)) defaultContainer(container, spec.hostNetwork === true);
  }
}

function defaultContainer(container: JsonRecord, hostNetwork: boolean): void {
  const image = stringAt(container, 'image') ?? '';
  const tag = /:([^:/@]+)$/.exec(image)?.[1];
  const latest = !image.includes('@') && (tag === undefined || tag === 'latest');
  setDefault(container, 'imagePullPolicy', latest ? 'Always' : 'IfNotPresent');
  setDefault(container, 'terminationMessagePath', '/dev/termination-log');
  setDefault(container, 'terminationMessagePolicy', 'File');
  ensureRecord(container, 'resources');
  for (const port of recordsAt(container, 'ports')) {
    setDefault(port, 'protocol', 'TCP');
    if (hostNetwork) setDefault(port, 'hostPort', port.containerPort);
  }
}

function qosClass(spec: JsonRecord): string {
  const containers = recordsAt(spec, 'containers');
  const amounts = containers.map((container) => ({
    limits: recordAt(container, 'resources', 'limits') ?? {},
    requests: recordAt(container, 'resources', 'requests') ?? recordAt(container, 'resources', 'limits') ?? {},
  }));
  if (amounts.every(({ limits, requests }) => isEmpty(limits) && isEmpty(requests))) return 'BestEffort';
  const guaranteed = amounts.every(({ limits, requests }) =>
    ['cpu', 'memory'].every((name) => limits[name] !== undefined && limits[name] === requests[name]),
  );
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

function isEmpty(record: JsonRecord): boolean {
  return Object.keys(record).length === 0;
}

function defaultService(object: ApiObject): void {
  const spec = ensureRecord(object, 'spec');
  setDefault(spec, 'type', 'ClusterIP');
  setDefault(spec, 'sessionAffinity', 'None');
  if (spec.sessionAffinity === 'ClientIP') {
    setDefault(ensureRecord(ensureRecord(spec, 'sessionAffinityConfig'), 'clientIP'), 'timeoutSeconds', 10_800);
  }
  const external = spec.type === 'NodePort' || spec.type === 'LoadBalancer';
  if (spec.type !== 'ExternalName') setDefault(spec, 'internalTrafficPolicy', 'Cluster');
  if (external) setDefault(spec, 'externalTrafficPolicy', 'Cluster');
  else delete spec.externalTrafficPolicy;
  if (spec.type === 'LoadBalancer') setDefault(spec, 'allocateLoadBalancerNodePorts', true);
  for (const port of recordsAt(spec, 'ports')) {
    setDefault(port, 'protocol', 'TCP');
    if (spec.clusterIP !== 'None' || port.targetPort === undefined) setDefault(port, 'targetPort', port.port);
  }
  setDefault(ensureRecord(object, 'status'), 'loadBalancer', {});
}

function defaultTemplate(spec: JsonRecord): void {
  const template = ensureRecord(spec, 'template');
  const metadata = ensureRecord(template, 'metadata');
  setDefault(metadata, 'creationTimestamp', null);
  defaultPodSpec(ensureRecord(template, 'spec'));
}

function defaultDeployment(object: ApiObject): void {
  const spec = ensureRecord(object, 'spec');
  setDefault(spec, 'replicas', 1);
  setDefault(spec, 'revisionHistoryLimit', 10);
  setDefault(spec, 'progressDeadlineSeconds', 600);
  const strategy = ensureRecord(spec, 'strategy');
  setDefault(strategy, 'type', 'RollingUpdate');
  if (strategy.type === 'RollingUpdate') {
    const rolling = ensureRecord(strategy, 'rollingUpdate');
    setDefault(rolling, 'maxUnavailable', '25%');
    setDefault(rolling, 'maxSurge', '25%');
  }
  defaultTemplate(spec);
  ensureRecord(object, 'status');
}

function defaultNetworkPolicy(object: ApiObject): void {
  const spec = ensureRecord(object, 'spec');
  const egress = recordsAt(spec, 'egress').length > 0;
  setDefault(spec, 'policyTypes', egress ? ['Ingress', 'Egress'] : ['Ingress']);
  for (const direction of ['ingress', 'egress']) {
    for (const rule of recordsAt(spec, direction)) {
      for (const port of recordsAt(rule, 'ports')) {
        if (isRecord(port)) setDefault(port, 'protocol', 'TCP');
      }
    }
  }
}
