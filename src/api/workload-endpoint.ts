import { hostCidr } from '../net/cidr.ts';
import { type Ip, ipFamily, tryParseIp } from '../net/ip.ts';
import type { IpNat, WorkloadEndpoint, WorkloadEndpointPort, WorkloadEndpointSpec } from './calico-endpoints.ts';
import type { Pod } from './core.ts';
import { workloadEndpoints } from './kinds.ts';
import { withType } from './meta.ts';
import { podDeviceName } from './names.ts';
import { podAnnotations } from './pod-annotations.ts';
import { isPodFinished } from './pod-state.ts';
import { namespaceProfileName, serviceAccountProfileName } from './profile-names.ts';
import { formatWorkloadEndpointName } from './workload-endpoint-name.ts';

/** The interface of a pod, inside. */
const podInterface = 'eth0';
const floatingIps = 'cni.projectcalico.org/floatingIPs';
const allowedSources = 'cni.projectcalico.org/allowedSourcePrefixes';
const amazonIps = 'vpc.amazonaws.com/pod-ips';

/**
 * Calico's view of a pod. A pod on the host's network, and one that no node has been chosen for, has no endpoint; one
 * that has finished has no addresses, for they may be another pod's by now. Annotations that cannot be read are as if
 * they were not there.
 */
export function toWorkloadEndpoint(pod: Pod): WorkloadEndpoint | undefined {
  const { nodeName = '', hostNetwork = false } = pod.spec;
  if (hostNetwork || nodeName === '') return undefined;
  const { name, namespace = '', uid, resourceVersion, creationTimestamp, generateName } = pod.metadata;
  return withType(workloadEndpoints, {
    metadata: {
      name: formatWorkloadEndpointName({ node: nodeName, pod: name, endpoint: podInterface }),
      namespace,
      labels: endpointLabels(pod),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
      ...(generateName === undefined ? {} : { generateName }),
    },
    spec: specOf(pod, nodeName, namespace),
  });
}

function specOf(pod: Pod, node: string, namespace: string): WorkloadEndpointSpec {
  const account = pod.spec.serviceAccountName ?? '';
  const containerID = pod.metadata.annotations?.[podAnnotations.containerID] ?? '';
  const addresses = endpointAddresses(pod);
  const ports = portsOf(pod);
  const ipNATs = natsOf(pod, addresses);
  const sources = listAt(pod, allowedSources);
  return {
    orchestrator: 'k8s',
    node,
    ...(containerID === '' ? {} : { containerID }),
    pod: pod.metadata.name,
    endpoint: podInterface,
    ...(account === '' ? {} : { serviceAccountName: account }),
    ipNetworks: addresses.map(hostCidr),
    ...(ipNATs.length === 0 ? {} : { ipNATs }),
    profiles: [
      namespaceProfileName(namespace),
      ...(account === '' ? [] : [serviceAccountProfileName(namespace, account)]),
    ],
    interfaceName: podDeviceName(namespace, pod.metadata.name),
    ...(ports.length === 0 ? {} : { ports }),
    ...(sources.length === 0 ? {} : { allowSpoofedSourcePrefixes: sources }),
  };
}

/**
 * The labels that policy selects a pod by. A service account name too long for a label value is left out, as is what the
 * pod itself claims about its account.
 */
export function endpointLabels({ metadata, spec }: Pod): Readonly<Record<string, string>> {
  const account = spec.serviceAccountName ?? '';
  const { 'projectcalico.org/serviceaccount': _, ...own } = metadata.labels ?? {};
  return {
    ...own,
    'projectcalico.org/namespace': metadata.namespace ?? '',
    'projectcalico.org/orchestrator': 'k8s',
    ...(account === '' || account.length >= 63 ? {} : { 'projectcalico.org/serviceaccount': account }),
  };
}

/** From the status, or, before the kubelet has written that, from what the network has noted on the pod. */
export function endpointAddresses(pod: Pod): readonly Ip[] {
  const { annotations = {}, deletionTimestamp } = pod.metadata;
  const noted = annotations[podAnnotations.podIP];
  if (isPodFinished(pod) || (deletionTimestamp !== undefined && noted === '')) return [];
  const { podIP = '', podIPs = [] } = pod.status ?? {};
  for (const texts of [
    podIPs.map(({ ip }) => ip),
    [podIP],
    (annotations[podAnnotations.podIPs] ?? '').split(','),
    [noted ?? ''],
    (annotations[amazonIps] ?? '').split(','),
  ]) {
    const found = texts.map(readAddress).filter((ip) => ip !== undefined);
    if (found.length > 0) return found;
  }
  return [];
}

function readAddress(text: string): Ip | undefined {
  return tryParseIp(text.trim().replace(/\/\d+$/, ''));
}

/** Ports that rules can name or that the node has too. */
function portsOf({ spec }: Pod): readonly WorkloadEndpointPort[] {
  const ports = spec.containers.flatMap((container) => container.ports ?? []);
  return ports
    .filter(({ name = '', hostPort = 0 }) => name !== '' || hostPort !== 0)
    .map(({ name = '', protocol = 'TCP', containerPort, hostPort = 0, hostIP = '' }) => ({
      name,
      protocol,
      port: containerPort,
      hostPort,
      hostIP,
    }));
}

/** Each floating address leads to the pod's address of its IP version. */
function natsOf(pod: Pod, addresses: readonly Ip[]): readonly IpNat[] {
  return listAt(pod, floatingIps).flatMap((text) => {
    const external = tryParseIp(text);
    const internal = addresses.find((ip) => external !== undefined && ipFamily(ip) === ipFamily(external));
    return external === undefined || internal === undefined ? [] : [{ internalIP: internal, externalIP: external }];
  });
}

function listAt({ metadata }: Pod, key: string): readonly string[] {
  try {
    const value: unknown = JSON.parse(metadata.annotations?.[key] ?? '[]');
    return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
  } catch {
    return [];
  }
}
