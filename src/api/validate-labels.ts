import { isRecord } from '../base/is-record.ts';
import type { FieldError } from './field-error.ts';
import { isLabelKey, isLabelValue } from './name-syntax.ts';

const maxAnnotationBytes = 256 * 1024;

/** Why a key of a label, an annotation or a finalizer is refused, in the words of Kubernetes. */
export const labelKeyReason =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character, with an optional DNS subdomain prefix and '/'";

const labelValueReason =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character, at most 63";

/** Checks the keys and values of labels, whatever the value is. @see Kubernetes "Labels and Selectors" */
export function validateLabels(field: string, labels: unknown): readonly FieldError[] {
  if (labels === undefined || labels === null) return [];
  if (!isRecord(labels)) return [noTexts(field, labels)];
  return Object.entries(labels).flatMap(([key, value]) => [
    ...(isLabelKey(key) ? [] : [{ field, value: key, reason: labelKeyReason }]),
    ...(typeof value === 'string' && isLabelValue(value) ? [] : [{ field, value, reason: labelValueReason }]),
  ]);
}

/**
 * Checks the keys of annotations, which may have capitals everywhere, and how much they are together, whatever the
 * value is. @see Kubernetes "Annotations"
 */
export function validateAnnotations(field: string, annotations: unknown): readonly FieldError[] {
  if (annotations === undefined || annotations === null) return [];
  if (!isRecord(annotations)) return [noTexts(field, annotations)];
  const errors: FieldError[] = [];
  const encoder = new TextEncoder();
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations)) {
    if (!isLabelKey(key.toLowerCase())) errors.push({ field, value: key, reason: labelKeyReason });
    if (typeof value === 'string') bytes += encoder.encode(key).length + encoder.encode(value).length;
    else errors.push({ field: `${field}[${key}]`, value, reason: 'must be a text' });
  }
  if (bytes <= maxAnnotationBytes) return errors;
  return [...errors, { field, reason: `may not be more than ${maxAnnotationBytes} bytes`, sort: 'too long' }];
}

function noTexts(field: string, value: unknown): FieldError {
  return { field, value, reason: 'must be an object of texts' };
}
