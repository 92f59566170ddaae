import type { JsonRecord } from '../json.ts';

/** Fields that are int64, by definition; `*` of any. Every other whole number is int32. */
const wide: Readonly<Record<string, readonly string[]>> = {
  '*': ['observedGeneration', 'runAsUser', 'runAsGroup', 'fsGroup', 'terminationGracePeriodSeconds'],
  ObjectMeta: ['generation', 'deletionGracePeriodSeconds'],
  ListMeta: ['remainingItemCount'],
  PodSpec: ['activeDeadlineSeconds'],
  PodSecurityContext: ['supplementalGroups'],
  Toleration: ['tolerationSeconds'],
  SleepAction: ['seconds'],
  ServiceAccountTokenProjection: ['expirationSeconds'],
  ContainerImage: ['sizeBytes'],
  DeleteOptions: ['gracePeriodSeconds'],
  JSONSchemaProps: ['maxItems', 'maxLength', 'maxProperties', 'minItems', 'minLength', 'minProperties'],
};

/** The only numbers that are not whole. */
const fractional = ['maximum', 'minimum', 'multipleOf'];

/** The type of a numeric field of a built-in definition. */
export function numberType(definition: string, field: string): JsonRecord {
  if (definition === 'JSONSchemaProps' && fractional.includes(field)) return { type: 'number', format: 'double' };
  const long = wide['*']?.includes(field) === true || wide[definition]?.includes(field) === true;
  return { type: 'integer', format: long ? 'int64' : 'int32' };
}

/** Fields whose texts are base64, by definition. */
const base64: Readonly<Record<string, readonly string[]>> = {
  ConfigMap: ['binaryData'],
  Secret: ['data'],
  WebhookClientConfig: ['caBundle'],
};

/** The type of a text field of a built-in definition. */
export function stringType(definition: string, field: string): JsonRecord {
  return base64[definition]?.includes(field) === true ? { type: 'string', format: 'byte' } : { type: 'string' };
}

const defaults: Readonly<Record<string, Readonly<JsonRecord>>> = {
  ContainerPort: { protocol: 'TCP' },
  ServicePort: { protocol: 'TCP' },
};

/** `{ default }` for the fields whose default matters to apply: the keys of merged lists. */
export function defaultFact(definition: string, field: string): JsonRecord {
  const value = defaults[definition]?.[field];
  return value === undefined ? {} : { default: value };
}

const protocols = ['SCTP', 'TCP', 'UDP'];
const trafficPolicies = ['Cluster', 'Local'];
const container: Readonly<Record<string, readonly string[]>> = {
  imagePullPolicy: ['Always', 'IfNotPresent', 'Never'],
  terminationMessagePolicy: ['FallbackToLogsOnError', 'File'],
};

const choices: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  Container: container,
  EphemeralContainer: container,
  ContainerPort: { protocol: protocols },
  DeploymentStrategy: { type: ['Recreate', 'RollingUpdate'] },
  EndpointSlice: { addressType: ['FQDN', 'IPv4', 'IPv6'] },
  PodSpec: {
    dnsPolicy: ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'],
    preemptionPolicy: ['Never', 'PreemptLowerPriority'],
    restartPolicy: ['Always', 'Never', 'OnFailure'],
  },
  PodStatus: { phase: ['Failed', 'Pending', 'Running', 'Succeeded', 'Unknown'] },
  ServicePort: { protocol: protocols },
  ServiceSpec: {
    externalTrafficPolicy: trafficPolicies,
    internalTrafficPolicy: trafficPolicies,
    ipFamilyPolicy: ['PreferDualStack', 'RequireDualStack', 'SingleStack'],
    sessionAffinity: ['ClientIP', 'None'],
    type: ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'],
  },
  Taint: { effect: ['NoExecute', 'NoSchedule', 'PreferNoSchedule'] },
  Toleration: { effect: ['NoExecute', 'NoSchedule', 'PreferNoSchedule'], operator: ['Equal', 'Exists'] },
};

/** `{ enum }` for the fields that have one of a few values, as `kubectl explain` lists them. */
export function enumFact(definition: string, field: string): JsonRecord {
  const values = choices[definition]?.[field];
  return values === undefined ? {} : { enum: values };
}

const text = { type: 'string' };
const number = { type: 'integer', format: 'int32' };
const flag = { type: 'boolean' };
const generation = { type: 'integer', format: 'int64' };
const atomic = { 'x-kubernetes-list-type': 'atomic' };
const core = '#/definitions/io.k8s.api.core.v1.';
const schemaProps = '#/definitions/io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.';
const described = (schema: JsonRecord, description: string): JsonRecord => ({ description, ...schema });

const exitCodes = {
  type: 'object',
  required: ['operator'],
  properties: { operator: text, values: { type: 'array', items: number, 'x-kubernetes-list-type': 'set' } },
};
const restartRules = described(
  {
    type: 'array',
    ...atomic,
    items: { type: 'object', required: ['action'], properties: { action: text, exitCodes } },
  },
  'What to do when the container exits, by its exit code; before restartPolicy.',
);

/**
 * Fields that the declarations do not have: those that came to Kubernetes after them and are found in manifests, and
 * those whose names are no TypeScript names.
 */
const additions: Readonly<Record<string, Readonly<JsonRecord>>> = {
  Container: { restartPolicyRules: restartRules },
  EphemeralContainer: { restartPolicyRules: restartRules },
  Lifecycle: { stopSignal: described(text, 'The signal that ends the container.') },
  PodSpec: {
    resources: described(
      { $ref: `${core}ResourceRequirements` },
      'Resources of all containers of the pod taken together.',
    ),
    hostnameOverride: described(text, 'The host name that the containers see, whatever the name of the pod.'),
  },
  PodStatus: { observedGeneration: described(generation, 'The generation of the pod that the status is about.') },
  PodCondition: { observedGeneration: described(generation, 'The generation of the pod that the condition is about.') },
  ContainerStatus: { stopSignal: text },
  Volume: {
    image: described(
      { type: 'object', properties: { reference: text, pullPolicy: text } },
      'The files of a container image, read-only.',
    ),
  },
  ResourceClaim: { request: described(text, 'The name of a request within the claim.') },
  PodResourceClaim: { resourceClaimName: text, resourceClaimTemplateName: text },
  DeploymentStatus: { terminatingReplicas: described(number, 'Pods that are being ended.') },
  ReplicaSetStatus: { terminatingReplicas: described(number, 'Pods that are being ended.') },
  LeaseSpec: { strategy: text, preferredHolder: text },
  EndpointHints: {
    forNodes: {
      type: 'array',
      ...atomic,
      items: { type: 'object', required: ['name'], properties: { name: text } },
    },
  },
  JSONSchemaProps: {
    'x-kubernetes-embedded-resource': described(flag, 'The value is an object with apiVersion, kind and metadata.'),
    'x-kubernetes-int-or-string': described(flag, 'The value is a whole number or a text.'),
    'x-kubernetes-list-map-keys': described(
      { type: 'array', ...atomic, items: text },
      'The fields that tell the items of the list apart, where the list type is map.',
    ),
    'x-kubernetes-list-type': described(text, 'How the list is merged: atomic, set or map.'),
    'x-kubernetes-map-type': described(text, 'How the object is merged: granular or atomic.'),
    'x-kubernetes-preserve-unknown-fields': described(flag, 'Fields that the schema does not name are kept.'),
    'x-kubernetes-validations': described(
      { type: 'array', items: { $ref: `${schemaProps}ValidationRule` } },
      'Rules in the expression language CEL.',
    ),
  },
};

/** The schemas of fields that a built-in definition has beyond its declaration. */
export function additionalFields(definition: string): Readonly<JsonRecord> {
  return additions[definition] ?? {};
}
