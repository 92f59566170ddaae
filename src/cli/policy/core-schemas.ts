import { integer, type JsonSchema, list, map, oneOf, text } from '../../api/json-schema.ts';
import * as kinds from '../../api/kinds.ts';
import { kubernetesPolicyFields } from '../../api/kubernetes-policy-schemas.ts';
import type { Kind, KubernetesObject } from '../../api/meta.ts';

const bool: JsonSchema = { type: 'boolean' };
const port = integer({ minimum: 1, maximum: 65_535 });
const protocol = oneOf(['TCP', 'UDP', 'SCTP']);
const intOrString: JsonSchema = { 'x-kubernetes-int-or-string': true };

/** Only the fields that are read here; an API server knows the others. */
function part(properties: Readonly<Record<string, JsonSchema>>, required: readonly string[] = []): JsonSchema {
  return { type: 'object', properties, required, 'x-kubernetes-preserve-unknown-fields': true };
}

const metadata = part({
  namespace: text(),
  labels: map(text()),
  annotations: map(text()),
  ownerReferences: list(part({ kind: text(), name: text(), controller: bool }, ['kind', 'name'])),
});

const containers = list(
  part({ ports: list(part({ name: text(), containerPort: port, hostPort: integer(), protocol }, ['containerPort'])) }),
);

const podSpec = part(
  { nodeName: text(), hostNetwork: bool, serviceAccountName: text(), containers, initContainers: containers },
  ['containers'],
);

const podStatus = part({ phase: text(), podIP: text(), hostIP: text(), podIPs: list(part({ ip: text() }, ['ip'])) });

const template = part({ metadata: part({ labels: map(text()), annotations: map(text()) }), spec: podSpec }, ['spec']);

/** What makes pods: of a CronJob the template is one step further in. */
export const workloadSchema: JsonSchema = part(
  {
    metadata,
    spec: part({ template, jobTemplate: part({ spec: part({ template }, ['template']) }, ['spec']) }),
  },
  ['spec'],
);

const service = part(
  {
    metadata,
    spec: part({
      clusterIP: text(),
      clusterIPs: list(text()),
      selector: map(text()),
      ports: list(part({ name: text(), protocol, port, targetPort: intOrString }, ['port'])),
    }),
  },
  ['spec'],
);

const endpointSlice = part(
  {
    metadata,
    addressType: oneOf(['IPv4', 'IPv6', 'FQDN']),
    endpoints: list(part({ addresses: list(text()), conditions: part({ ready: bool, serving: bool }) }, ['addresses'])),
    ports: list(part({ name: text(), protocol, port })),
  },
  ['addressType', 'endpoints'],
);

const node = part({
  metadata,
  status: part({ addresses: list(part({ type: text(), address: text() }, ['type', 'address'])) }),
});

const schemas: ReadonlyMap<Kind<KubernetesObject>, JsonSchema> = new Map<Kind<KubernetesObject>, JsonSchema>([
  [kinds.pods, part({ metadata, spec: podSpec, status: podStatus }, ['spec'])],
  [kinds.services, service],
  [kinds.endpointSlices, endpointSlice],
  [kinds.nodes, node],
  [kinds.kubernetesPolicies, part({ metadata, spec: part(kubernetesPolicyFields) })],
]);

/** The schema of a kind that is not Calico's, as far as its fields are read here. */
export function coreSchema(kind: Kind<KubernetesObject>): JsonSchema {
  return schemas.get(kind) ?? part({ metadata });
}
