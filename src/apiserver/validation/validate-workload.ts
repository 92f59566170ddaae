import { isDeepStrictEqual } from 'node:util';
import { matchLabelSelector } from '../../api/label-selector.ts';
import { validateLabelSelector } from '../../api/validate-label-selector.ts';
import { validateLabels } from '../../api/validate-labels.ts';
import { type ApiObject, type JsonRecord, recordAt, recordsAt, valueAt } from '../json.ts';
import { type Cause, causeOf, invalidValue, requiredValue, unsupportedValue } from '../status-error.ts';
import { validatePodSpec } from './validate-pod-spec.ts';

const counts = ['replicas', 'minReadySeconds', 'revisionHistoryLimit', 'progressDeadlineSeconds'];

/** What is wrong with a Deployment or ReplicaSet. */
export function validateWorkload(object: Readonly<ApiObject>): Cause[] {
  const spec = recordAt(object, 'spec') ?? {};
  const causes = counts
    .filter((field) => typeof spec[field] === 'number' && spec[field] < 0)
    .map((field) => invalidValue(`spec.${field}`, spec[field], 'must be greater than or equal to 0'));
  causes.push(...selectorAndLabels(object.kind, spec), ...strategy(spec));
  const podSpec = recordAt(spec, 'template', 'spec') ?? {};
  causes.push(...validatePodSpec(podSpec, 'spec.template.spec'));
  if (podSpec.restartPolicy === 'OnFailure' || podSpec.restartPolicy === 'Never') {
    causes.push(unsupportedValue('spec.template.spec.restartPolicy', podSpec.restartPolicy, ['Always']));
  }
  return causes;
}

function selectorAndLabels(kind: string, spec: JsonRecord): Cause[] {
  const selector = recordAt(spec, 'selector');
  const labels = recordAt(spec, 'template', 'metadata', 'labels') ?? {};
  const labelCauses = validateLabels('spec.template.metadata.labels', labels).map(causeOf);
  if (selector === undefined) return [...labelCauses, requiredValue('spec.selector')];
  const empty = Object.keys(recordAt(selector, 'matchLabels') ?? {}).length === 0;
  if (empty && recordsAt(selector, 'matchExpressions').length === 0) {
    const why = `empty selector is invalid for ${kind.toLowerCase()}`;
    return [...labelCauses, invalidValue('spec.selector', selector, why)];
  }
  const causes = [...labelCauses, ...validateLabelSelector('spec.selector', selector).map(causeOf)];
  if (causes.length > 0 || matchLabelSelector(selector, labels as Record<string, string>)) return causes;
  const field = 'spec.template.metadata.labels';
  const message = `Invalid value: ${goMap(labels)}: \`selector\` does not match template \`labels\``;
  return [{ field, reason: 'FieldValueInvalid', message }];
}

/** Labels as Kubernetes prints them: `map[string]string{"app":"web"}`. */
function goMap(labels: JsonRecord): string {
  const entries = Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `map[string]string{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(', ')}}`;
}

function strategy(spec: JsonRecord): Cause[] {
  const found = recordAt(spec, 'strategy');
  if (found === undefined) return [];
  const types = ['Recreate', 'RollingUpdate'];
  if (!types.includes(String(found.type))) return [unsupportedValue('spec.strategy.type', found.type, types)];
  if (found.type === 'Recreate' && found.rollingUpdate !== undefined) {
    const why = "may not be specified when strategy `type` is 'Recreate'";
    return [{ field: 'spec.strategy.rollingUpdate', reason: 'FieldValueForbidden', message: `Forbidden: ${why}` }];
  }
  const rolling = recordAt(found, 'rollingUpdate') ?? {};
  if (!isZero(rolling.maxUnavailable) || !isZero(rolling.maxSurge)) return [];
  const field = 'spec.strategy.rollingUpdate.maxUnavailable';
  return [invalidValue(field, rolling.maxUnavailable, 'may not be 0 when `maxSurge` is 0')];
}

function isZero(value: unknown): boolean {
  return value === 0 || value === '0%';
}

/** What an update of a Deployment or ReplicaSet changes and may not. */
export function validateWorkloadChange(object: Readonly<ApiObject>, old: Readonly<ApiObject>): Cause[] {
  const now = valueAt(object, 'spec', 'selector');
  return isDeepStrictEqual(now, valueAt(old, 'spec', 'selector'))
    ? []
    : [invalidValue('spec.selector', now, 'field is immutable')];
}
