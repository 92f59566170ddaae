import { isLabelKey } from '../api/name-syntax.ts';
import { isRecord } from '../base/is-record.ts';
import { arrayAt, type JsonRecord, recordsAt } from './json.ts';
import { type Cause, forbiddenValue, invalidValue, requiredValue } from './status-error.ts';
import { labelKeyWhy, validateLabels } from './validate-names.ts';

const operators = ['In', 'NotIn', 'Exists', 'DoesNotExist'];

/** What is wrong with a `metav1.LabelSelector`. */
export function validateLabelSelector(field: string, selector: unknown): Cause[] {
  if (!isRecord(selector)) return [];
  const expressions = recordsAt(selector, 'matchExpressions');
  return [
    ...validateLabels(`${field}.matchLabels`, selector.matchLabels),
    ...expressions.flatMap((expression, index) => requirement(`${field}.matchExpressions[${index}]`, expression)),
  ];
}

function requirement(field: string, expression: JsonRecord): Cause[] {
  const { key, operator } = expression;
  const values = arrayAt(expression, 'values');
  const causes = typeof key === 'string' && isLabelKey(key) ? [] : [invalidValue(`${field}.key`, key, labelKeyWhy)];
  if (!operators.includes(String(operator))) {
    causes.push(invalidValue(`${field}.operator`, operator, 'not a valid selector operator'));
  } else if (String(operator).endsWith('In') && values.length === 0) {
    causes.push(requiredValue(`${field}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
  } else if (!String(operator).endsWith('In') && values.length > 0) {
    causes.push(
      forbiddenValue(`${field}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"),
    );
  }
  return causes;
}
