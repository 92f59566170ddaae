import type { FieldError } from './field-error.ts';
import type { KubernetesObject } from './meta.ts';
import { isSubdomain } from './name-syntax.ts';
import { validateAnnotations, validateLabels } from './validate-labels.ts';

/**
 * Checks name, labels and annotations.
 *
 * @see Kubernetes "Object Names and IDs", "Labels and Selectors"
 */
export function validateMetadata(object: KubernetesObject): readonly FieldError[] {
  const metadata: Readonly<Record<string, unknown>> = { ...object.metadata };
  return [
    ...checkName(metadata.name),
    ...validateLabels('metadata.labels', metadata.labels),
    ...validateAnnotations('metadata.annotations', metadata.annotations),
  ];
}

function checkName(name: unknown): readonly FieldError[] {
  if (typeof name === 'string' && isSubdomain(name)) return [];
  const reason = 'lower-case letters, digits, "-" and "." are needed, at most 253, letters or digits at both ends';
  return [{ field: 'metadata.name', value: name, reason }];
}
