import { checkSchema, isShapeError } from './check-schema.ts';
import { calicoSchema } from './crds.ts';
import type { FieldError } from './field-error.ts';
import * as kinds from './kinds.ts';
import type { Kind, KubernetesObject } from './meta.ts';
import { validateBgpConfiguration } from './validate-bgp-configuration.ts';
import { validateBgpFilter } from './validate-bgp-filter.ts';
import { validateBgpPeer } from './validate-bgp-peer.ts';
import { validateBlockAffinity } from './validate-block-affinity.ts';
import { validateCalicoNode } from './validate-calico-node.ts';
import { validateAdminPolicy, validateBaselinePolicy, validateClusterPolicy } from './validate-cluster-policy.ts';
import { validateControllers } from './validate-controllers.ts';
import { validateFelixConfiguration } from './validate-felix-configuration.ts';
import { validateHostEndpoint } from './validate-host-endpoint.ts';
import { validateIpPool } from './validate-ip-pool.ts';
import { validateIpReservation } from './validate-ip-reservation.ts';
import { validateIpamBlock } from './validate-ipam-block.ts';
import { validateIpamConfiguration } from './validate-ipam-configuration.ts';
import { validateStagedKubernetesNetworkPolicy } from './validate-kubernetes-policy.ts';
import { validateMetadata } from './validate-metadata.ts';
import { validateNetworkSet } from './validate-network-set.ts';
import { validateNodeStatus } from './validate-node-status.ts';
import { validateOnlyName } from './validate-only-name.ts';
import {
  validateGlobalNetworkPolicy,
  validateNetworkPolicy,
  validateProfile,
  validateStagedGlobalNetworkPolicy,
  validateStagedNetworkPolicy,
} from './validate-policy.ts';
import { validateTier } from './validate-tier.ts';
import { validateWorkloadEndpoint } from './validate-workload-endpoint.ts';

/** The rules of a kind that metadata and schema leave open. `old` is what the object was before, on a change. */
type Rules<T extends KubernetesObject> = (object: T, old?: T) => readonly FieldError[];

const rules: ReadonlyMap<string, Rules<KubernetesObject>> = new Map([
  rulesOf(kinds.ipPools, validateIpPool),
  rulesOf(kinds.ipamBlocks, validateIpamBlock),
  rulesOf(kinds.ipamConfigurations, validateIpamConfiguration),
  rulesOf(kinds.ipReservations, validateIpReservation),
  rulesOf(kinds.felixConfigurations, validateFelixConfiguration),
  rulesOf(kinds.clusterInformations, ({ metadata }) => validateOnlyName('ClusterInformation', metadata.name)),
  rulesOf(kinds.kubeControllersConfigurations, validateControllers),
  rulesOf(kinds.calicoNodeStatuses, validateNodeStatus),
  rulesOf(kinds.bgpConfigurations, validateBgpConfiguration),
  rulesOf(kinds.bgpPeers, validateBgpPeer),
  rulesOf(kinds.bgpFilters, validateBgpFilter),
  rulesOf(kinds.calicoNodes, validateCalicoNode),
  rulesOf(kinds.blockAffinities, validateBlockAffinity),
  rulesOf(kinds.tiers, validateTier),
  rulesOf(kinds.profiles, validateProfile),
  rulesOf(kinds.networkPolicies, validateNetworkPolicy),
  rulesOf(kinds.globalNetworkPolicies, validateGlobalNetworkPolicy),
  rulesOf(kinds.stagedNetworkPolicies, validateStagedNetworkPolicy),
  rulesOf(kinds.stagedGlobalNetworkPolicies, validateStagedGlobalNetworkPolicy),
  rulesOf(kinds.stagedKubernetesNetworkPolicies, validateStagedKubernetesNetworkPolicy),
  rulesOf(kinds.networkSets, validateNetworkSet),
  rulesOf(kinds.globalNetworkSets, validateNetworkSet),
  rulesOf(kinds.hostEndpoints, validateHostEndpoint),
  rulesOf(kinds.workloadEndpoints, validateWorkloadEndpoint),
  rulesOf(kinds.clusterNetworkPolicies, validateClusterPolicy),
  rulesOf(kinds.adminNetworkPolicies, validateAdminPolicy),
  rulesOf(kinds.baselineAdminNetworkPolicies, validateBaselinePolicy),
]);

/**
 * Everything that is wrong with an object by itself: metadata, schema, and the rules of its kind. With `old` also what
 * may not change. Pools that overlap others are the matter of `poolsOverlap`. Kubernetes' own kinds are checked for
 * metadata only.
 */
export function validateObject(
  kind: Pick<Kind<KubernetesObject>, 'group' | 'kind'>,
  object: KubernetesObject,
  old?: KubernetesObject,
): readonly FieldError[] {
  return [...validateMetadata(object), ...validateContent(kind, object, old)];
}

/**
 * {@link validateObject} without what any API server checks of metadata: the schema, and the rules of the kind, those
 * about names and labels included.
 */
export function validateContent(
  kind: Pick<Kind<KubernetesObject>, 'group' | 'kind'>,
  object: KubernetesObject,
  old?: KubernetesObject,
): readonly FieldError[] {
  const schema = calicoSchema(kind);
  if (schema === undefined) return [];
  const schemaErrors = checkSchema(schema, object, '');
  // The rules read name and fields by their type, so they wait until the types are right.
  const unnamed = typeof object.metadata?.name !== 'string';
  if (unnamed || schemaErrors.some(isShapeError)) return schemaErrors;
  const ruleErrors = rules.get(kind.kind)?.(object, old) ?? [];
  // Where both object to the same value, the rule knows better what is wrong with it.
  const said = new Set(ruleErrors.map(({ field }) => field));
  return [...schemaErrors.filter(({ field }) => !said.has(field)), ...ruleErrors];
}

/** One line of the table. The kind ties the check to the type of its objects, whose schema is checked before. */
function rulesOf<T extends KubernetesObject>(kind: Kind<T>, check: Rules<T>): [string, Rules<KubernetesObject>] {
  return [kind.kind, (object, old) => check(object as T, old as T | undefined)];
}
