import type { BGPConfiguration } from './calico-bgp.ts';
import type { FieldError } from './field-error.ts';
import { validateAddress } from './validate-address.ts';
import { communityProblem } from './validate-community.ts';
import { validateNets } from './validate-entity-rule.ts';

type Spec = BGPConfiguration['spec'];

const onlyMesh = ['nodeMeshPassword', 'nodeMeshMaxRestartTime', 'nodeMeshFailureDetectionMode'] as const;
const onlyDefault = ['nodeToNodeMeshEnabled', 'asNumber', ...onlyMesh] as const;

/** Checks what a schema cannot say about settings of BGP. */
export function validateBgpConfiguration({ metadata, spec }: BGPConfiguration): readonly FieldError[] {
  return [
    ...checkDefaultOnly(metadata.name, spec),
    ...checkBlocks(spec),
    ...checkCommunities(spec),
    ...checkAdvertisements(spec),
    ...checkMesh(spec),
    ...validateAddress('spec.localWorkloadPeeringIPV4', spec.localWorkloadPeeringIPV4, 4),
    ...validateAddress('spec.localWorkloadPeeringIPV6', spec.localWorkloadPeeringIPV6, 6),
    ...(spec.ignoredInterfaces ?? []).flatMap(checkIgnored),
  ];
}

function checkDefaultOnly(name: string, spec: Spec): readonly FieldError[] {
  if (name === 'default') return [];
  return onlyDefault
    .filter((key) => spec[key] !== undefined)
    .map((key) => ({
      field: `spec.${key}`,
      value: spec[key],
      reason: `Cannot set ${key} on a non default BGP Configuration.`,
    }));
}

function checkBlocks(spec: Spec): readonly FieldError[] {
  return (['serviceClusterIPs', 'serviceExternalIPs', 'serviceLoadBalancerIPs'] as const).flatMap((key) =>
    (spec[key] ?? []).flatMap(({ cidr }, index) => {
      const given = cidr === undefined || cidr === '' ? [] : [cidr];
      return validateNets('', given).map((error) => ({ ...error, field: `spec.${key}[${index}].cidr` }));
    }),
  );
}

function checkCommunities({ communities = [], prefixAdvertisements = [] }: Spec): readonly FieldError[] {
  const errors: FieldError[] = communities.flatMap(({ value }, index) => {
    const reason = communityProblem(value);
    return reason === undefined ? [] : [{ field: `spec.communities[${index}].value`, value, reason }];
  });
  if (communities.length > 0 && prefixAdvertisements.length === 0) {
    const reason = 'communities are defined but not used in Spec.PrefixAdvertisement[].';
    errors.push({ field: 'spec.communities', value: communities, reason });
  }
  return errors;
}

function checkAdvertisements({ communities = [], prefixAdvertisements = [] }: Spec): readonly FieldError[] {
  const names = new Set(communities.map(({ name }) => name));
  return prefixAdvertisements.flatMap(({ cidr, communities: used }, index) => {
    const at = `spec.prefixAdvertisements[${index}]`;
    const network = validateNets('', [cidr]).map((error) => ({ ...error, field: `${at}.cidr` }));
    return [
      ...network,
      ...used.flatMap((value, place): FieldError[] => {
        const problem = names.has(value) ? undefined : communityProblem(value);
        if (problem === undefined) return [];
        const reason = problem.includes('format') ? 'community used is invalid or not defined.' : problem;
        return [{ field: `${at}.communities[${place}]`, value, reason }];
      }),
    ];
  });
}

function checkMesh(spec: Spec): readonly FieldError[] {
  if (spec.nodeToNodeMeshEnabled !== false) return [];
  return onlyMesh
    .filter((key) => spec[key] !== undefined)
    .map((key) => ({
      field: `spec.${key}`,
      value: spec[key],
      reason: `spec.${key} cannot be set if spec.NodeToNodeMesh is disabled`,
    }));
}

function checkIgnored(value: string, index: number): readonly FieldError[] {
  if (value !== '*') return [];
  return [{ field: `spec.ignoredInterfaces[${index}]`, value, reason: 'not every interface can be ignored' }];
}
