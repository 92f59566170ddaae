import { isLabelKey, isSubdomain } from '../api/name-syntax.ts';
import type { Metadata } from './json.ts';
import type { Resource } from './resource.ts';
import { type Cause, invalidValue, requiredValue } from './status-error.ts';
import { labelKeyWhy, validateDnsLabel, validateLabels } from './validate-names.ts';

const serviceName = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const maxAnnotationBytes = 256 * 1024;

/** Everything wrong with the name, labels, annotations, finalizers and owner references of an object. */
export function validateMetadata(metadata: Metadata, resource: Resource): Cause[] {
  return [
    ...validateName(metadata.name, resource),
    ...validateLabels('metadata.labels', metadata.labels),
    ...validateAnnotations(metadata.annotations),
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
  if (name.length > 253) return [invalidValue(field, name, 'must be no more than 253 characters')];
  if (isSubdomain(name)) return [];
  const why =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
  return [invalidValue(field, name, why)];
}

function validateAnnotations(annotations: unknown): Cause[] {
  if (annotations === undefined || annotations === null) return [];
  const field = 'metadata.annotations';
  if (typeof annotations !== 'object' || Array.isArray(annotations)) {
    return [invalidValue(field, annotations, 'must be an object of texts')];
  }
  let size = 0;
  const causes: Cause[] = [];
  for (const [key, value] of Object.entries(annotations)) {
    if (!isLabelKey(key)) causes.push(invalidValue(field, key, labelKeyWhy));
    if (typeof value !== 'string') causes.push(invalidValue(`${field}[${key}]`, value, 'must be a text'));
    else size += key.length + value.length;
  }
  if (size > maxAnnotationBytes) {
    causes.push({
      field,
      reason: 'FieldValueTooLong',
      message: `Too long: may not be more than ${maxAnnotationBytes} bytes`,
    });
  }
  return causes;
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
    .map((item) => invalidValue(field, item, labelKeyWhy));
}
