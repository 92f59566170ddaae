import { isLabelKey } from '../../api/name-syntax.ts';
import { labelKeyReason, validateAnnotations, validateLabels } from '../../api/validate-labels.ts';
import type { Metadata } from '../json.ts';
import type { Resource } from '../resource.ts';
import { type Cause, causeOf, invalidValue, requiredValue } from '../status-error.ts';
import { validateDnsLabel, validateSubdomain } from './validate-names.ts';

const serviceName = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;

/** Everything wrong with the name, labels, annotations, finalizers and owner references of an object. */
export function validateMetadata(metadata: Metadata, resource: Resource): Cause[] {
  return [
    ...validateName(metadata.name, resource),
    ...validateLabels('metadata.labels', metadata.labels).map(causeOf),
    ...validateAnnotations('metadata.annotations', metadata.annotations).map(causeOf),
    ...validateOwners(metadata.ownerReferences),
    ...validateFinalizers(metadata.finalizers),
  ];
}

function validateName(name: unknown, resource: Resource): Cause[] {
  const field = 'metadata.name';
  if (typeof name !== 'string' || name === '') return [requiredValue(field, 'name or generateName is required')];
  if (resource.kind === 'Service') {
    if (name.length <= 63 && serviceName.test(name)) return [];
    const why =
      "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character";
    return [invalidValue(field, name, why)];
  }
  if (resource.kind === 'Namespace') return validateDnsLabel(field, name);
  // Names of roles may have colons and capitals: what cannot stand in a path is refused.
  if (resource.group === 'rbac.authorization.k8s.io' && !resource.custom) {
    return /^(?!\.{1,2}$)[^/%]+$/.test(name)
      ? []
      : [invalidValue(field, name, "may not be '.' or '..' or contain '/' or '%'")];
  }
  return validateSubdomain(field, name);
}

function validateOwners(owners: unknown): Cause[] {
  if (owners === undefined || owners === null) return [];
  const field = 'metadata.ownerReferences';
  if (!Array.isArray(owners)) return [invalidValue(field, owners, 'must be a list')];
  const missing = owners.flatMap((owner, index) =>
    ['apiVersion', 'kind', 'name', 'uid']
      .filter((key) => typeof owner?.[key] !== 'string' || owner[key] === '')
      .map((key) => requiredValue(`${field}[${index}].${key}`, 'must not be empty')),
  );
  const controllers = owners.filter((owner) => owner?.controller === true);
  if (controllers.length > 1) {
    missing.push(
      invalidValue(
        field,
        controllers.map((owner) => owner.name),
        'Only one reference can have Controller set to true',
      ),
    );
  }
  return missing;
}

function validateFinalizers(finalizers: unknown): Cause[] {
  if (finalizers === undefined || finalizers === null) return [];
  const field = 'metadata.finalizers';
  if (!Array.isArray(finalizers)) return [invalidValue(field, finalizers, 'must be a list')];
  return finalizers
    .filter((item) => typeof item !== 'string' || !isLabelKey(item))
    .map((item) => invalidValue(field, item, labelKeyReason));
}
