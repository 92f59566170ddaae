import type { JsonRecord } from './json.ts';
import { pruneUnknown } from './structural-schema.ts';

/** What is below a field that is not looked into. */
const free: JsonRecord = { 'x-kubernetes-preserve-unknown-fields': true };

/** A structural schema of an object: the names of its fields, and the schemas of those that are looked into. */
const fields = (names: string, below: Readonly<Record<string, JsonRecord>> = {}): JsonRecord => ({
  properties: { ...Object.fromEntries(names.split(' ').map((name) => [name, free])), ...below },
});
const list = (items: JsonRecord): JsonRecord => ({ items });

const metadata = fields(
  'name generateName namespace selfLink uid resourceVersion generation creationTimestamp deletionTimestamp ' +
    'deletionGracePeriodSeconds labels annotations ownerReferences finalizers managedFields',
);
const container = fields(
  'name image command args workingDir ports envFrom env resources resizePolicy restartPolicy restartPolicyRules ' +
    'volumeMounts volumeDevices livenessProbe readinessProbe startupProbe lifecycle terminationMessagePath ' +
    'terminationMessagePolicy imagePullPolicy securityContext stdin stdinOnce tty',
);
const podSpec = fields(
  'volumes ephemeralContainers restartPolicy terminationGracePeriodSeconds activeDeadlineSeconds dnsPolicy ' +
    'nodeSelector serviceAccountName serviceAccount automountServiceAccountToken nodeName hostNetwork hostPID hostIPC ' +
    'shareProcessNamespace securityContext imagePullSecrets hostname subdomain affinity schedulerName tolerations ' +
    'hostAliases priorityClassName priority dnsConfig readinessGates runtimeClassName enableServiceLinks ' +
    'preemptionPolicy overhead topologySpreadConstraints setHostnameAsFQDN os hostUsers schedulingGates resourceClaims ' +
    'resources hostnameOverride',
  { containers: list(container), initContainers: list(container) },
);
const template = { properties: { metadata, spec: podSpec } };
const serviceSpec = fields(
  'selector clusterIP clusterIPs type externalIPs sessionAffinity loadBalancerIP loadBalancerSourceRanges ' +
    'externalName externalTrafficPolicy healthCheckNodePort publishNotReadyAddresses sessionAffinityConfig ' +
    'ipFamilyPolicy ipFamilies allocateLoadBalancerNodePorts loadBalancerClass internalTrafficPolicy trafficDistribution',
  { ports: list(fields('name protocol appProtocol port targetPort nodePort')) },
);
const withStatus = (spec: JsonRecord): JsonRecord => fields('status', { spec });

/** The fields of the kinds that people write by hand, as deep as mistakes are common. */
const schemas: Readonly<Record<string, JsonRecord>> = {
  ConfigMap: fields('immutable data binaryData'),
  Secret: fields('immutable data stringData type'),
  Namespace: withStatus(fields('finalizers')),
  Pod: withStatus(podSpec),
  Service: withStatus(serviceSpec),
  ReplicaSet: withStatus(fields('replicas minReadySeconds selector', { template })),
  Deployment: withStatus(
    fields('replicas selector strategy minReadySeconds revisionHistoryLimit paused progressDeadlineSeconds', {
      template,
    }),
  ),
  NetworkPolicy: withStatus(fields('podSelector ingress egress policyTypes')),
};

/** Removes the fields of a built-in object that its kind does not have; returns their paths. Changes `object`. */
export function pruneBuiltIn(object: { readonly kind: string; readonly metadata: object }): string[] {
  const ofMetadata = pruneUnknown(metadata, object.metadata).map((path) => `metadata.${path}`);
  return [...ofMetadata, ...pruneUnknown(schemas[object.kind], object)];
}
