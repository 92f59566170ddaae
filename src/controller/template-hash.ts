import type { PodTemplate } from '../api/core.ts';
import { safeLetters } from '../api/name-syntax.ts';
import { fnv1a } from './fnv-hash.ts';

/** Label by which the pods of one version of a Deployment are told from those of another. */
export const templateHashLabel = 'pod-template-hash';

/** The hash of a template: ten or fewer safe letters, the same whatever the order of its fields. */
export function templateHash(template: PodTemplate): string {
  const labels = { ...template.metadata?.labels };
  delete labels[templateHashLabel];
  const text = canonical({ ...template, metadata: { ...template.metadata, labels } });
  return [...String(fnv1a(text))].map((digit) => safeLetters[Number(digit) + 5]).join('');
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value).filter(([, field]) => field !== undefined && field !== null);
  fields.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`).join(',')}}`;
}
