import type { FieldError } from './field-error.ts';
import { fieldAt } from './field-path.ts';
import type { LabelSelector } from './meta.ts';
import { isLabelKey } from './name-syntax.ts';
import { labelKeyReason, validateLabels } from './validate-labels.ts';

type Expression = Exclude<LabelSelector['matchExpressions'], undefined>[number];

/** Checks a `metav1.LabelSelector`, in the words of Kubernetes: keys, values, and that operators have what they need. */
export function validateLabelSelector(field: string, selector: LabelSelector | undefined): readonly FieldError[] {
  const expressions = selector?.matchExpressions ?? [];
  return [
    ...validateLabels(fieldAt(field, 'matchLabels'), selector?.matchLabels),
    ...expressions.flatMap((one, index) => checkExpression(`${fieldAt(field, 'matchExpressions')}[${index}]`, one)),
  ];
}

function checkExpression(field: string, { key, operator, values = [] }: Expression): readonly FieldError[] {
  const errors: FieldError[] = isLabelKey(key) ? [] : [{ field: `${field}.key`, value: key, reason: labelKeyReason }];
  const needsValues = operator === 'In' || operator === 'NotIn';
  if (!needsValues && operator !== 'Exists' && operator !== 'DoesNotExist') {
    return [...errors, { field: `${field}.operator`, value: operator, reason: 'not a valid selector operator' }];
  }
  if (needsValues && values.length === 0) {
    const reason = "must be specified when `operator` is 'In' or 'NotIn'";
    errors.push({ field: `${field}.values`, reason, sort: 'required' });
  } else if (!needsValues && values.length > 0) {
    const reason = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
    errors.push({ field: `${field}.values`, reason, sort: 'forbidden' });
  }
  return errors;
}
