import { bgpKindSchemas } from './bgp-schemas.ts';
import { clusterPolicySchemas } from './cluster-policy-schemas.ts';
import { configKindSchemas } from './config-schemas.ts';
import { endpointKindSchemas } from './endpoint-schemas.ts';
import { ipamKindSchemas } from './ipam-schemas.ts';
import type { KindSchema } from './kind-schema.ts';
import { nodeSchema } from './node-schema.ts';
import { policyKindSchemas } from './policy-schemas.ts';

/** The schema of every projectcalico.org/v3 and policy.networking.k8s.io kind, by kind. One file for each topic adds its part here. */
export const kindSchemas: Readonly<Record<string, KindSchema>> = {
  ...ipamKindSchemas,
  ...configKindSchemas,
  ...bgpKindSchemas,
  Node: nodeSchema,
  ...policyKindSchemas,
  ...endpointKindSchemas,
  ...clusterPolicySchemas,
};
