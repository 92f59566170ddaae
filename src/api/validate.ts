import type { FelixConfiguration, IPAMConfiguration, IPPool, IPReservation } from './calico.ts';
import { checkSchema, unknownField } from './check-schema.ts';
import { calicoSchema } from './crds.ts';
import type { FieldError } from './field-error.ts';
import type { Kind, KubernetesObject } from './meta.ts';
import { validateFelixConfiguration, validateIpamConfiguration, validateIpReservation } from './validate-config.ts';
import { validateIpPool } from './validate-ip-pool.ts';
import { validateMetadata } from './validate-metadata.ts';

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
  const metadataErrors = validateMetadata(object);
  const schema = calicoSchema(kind);
  if (schema === undefined) return metadataErrors;
  const schemaErrors = checkSchema(schema, object, '');
  // The rules read fields by their type, so they wait until the types are right.
  if (schemaErrors.some(({ reason }) => reason !== unknownField)) return [...metadataErrors, ...schemaErrors];
  return [...metadataErrors, ...schemaErrors, ...rulesOf(kind.kind, object, old)];
}

// The casts are safe: the schema has just been checked.
function rulesOf(kind: string, object: KubernetesObject, old: KubernetesObject | undefined): readonly FieldError[] {
  switch (kind) {
    case 'IPPool':
      return validateIpPool(object as IPPool, old as IPPool | undefined);
    case 'IPAMConfiguration':
      return validateIpamConfiguration(object as IPAMConfiguration);
    case 'IPReservation':
      return validateIpReservation(object as IPReservation);
    case 'FelixConfiguration':
      return validateFelixConfiguration(object as FelixConfiguration);
    default:
      return [];
  }
}
