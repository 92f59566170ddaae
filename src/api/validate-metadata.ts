import type { FieldError } from './field-error.ts';
import type { KubernetesObject } from './meta.ts';
import { isLabelKey, isLabelValue, isSubdomain } from './name-syntax.ts';

const maxAnnotationBytes = 256 * 1024;

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

/** Checks the keys and values of labels, whatever the value is. */
export function validateLabels(field: string, value: unknown): readonly FieldError[] {
  return checkTexts(field, value, (labels) => checkLabels(field, labels));
}

/** Checks the keys of annotations and how much they are together, whatever the value is. */
export function validateAnnotations(field: string, value: unknown): readonly FieldError[] {
  return checkTexts(field, value, (annotations) => checkAnnotations(field, annotations));
}

type Texts = Readonly<Record<string, string>>;

/** Runs `check` when the value is a map of strings, as it may not be in an object that somebody wrote by hand. */
function checkTexts(
  field: string,
  value: unknown,
  check: (texts: Texts) => readonly FieldError[],
): readonly FieldError[] {
  if (value === undefined || value === null) return [];
  const isMap = typeof value === 'object' && !Array.isArray(value);
  if (!isMap || Object.values(value).some((text) => typeof text !== 'string')) {
    return [{ field, value, reason: 'a map of strings is needed' }];
  }
  return check(value as Texts);
}

function checkName(name: unknown): readonly FieldError[] {
  if (typeof name === 'string' && isSubdomain(name)) return [];
  const reason = 'lower-case letters, digits, "-" and "." are needed, at most 253, letters or digits at both ends';
  return [{ field: 'metadata.name', value: name, reason }];
}

function checkLabels(path: string, labels: Texts): readonly FieldError[] {
  return Object.entries(labels).flatMap(([key, value]) => {
    const field = `${path}.${key}`;
    if (!isLabelKey(key)) return [{ field, value, reason: keyReason }];
    if (isLabelValue(value)) return [];
    const reason = 'a label value has at most 63 letters, digits, "-", "_", ".", letters or digits at both ends';
    return [{ field, value, reason }];
  });
}

const keyReason = 'a key is [DOMAIN/]NAME: a lower-case domain, a name of at most 63 letters, digits, "-", "_", "."';

function checkAnnotations(field: string, annotations: Texts): readonly FieldError[] {
  const errors: FieldError[] = Object.entries(annotations)
    .filter(([key]) => !isLabelKey(key.toLowerCase()))
    .map(([key, value]) => ({ field: `${field}.${key}`, value, reason: keyReason }));
  const encoder = new TextEncoder();
  const bytes = Object.entries(annotations)
    .flat()
    .reduce((sum, text) => sum + encoder.encode(text).length, 0);
  if (bytes > maxAnnotationBytes) {
    errors.push({
      field,
      reason: `${bytes} bytes found, at most ${maxAnnotationBytes} allowed`,
    });
  }
  return errors;
}
