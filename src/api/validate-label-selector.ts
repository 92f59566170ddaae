import type { FieldError } from './field-error.ts';
import { fieldAt } from './field-path.ts';
import type { LabelSelector } from './meta.ts';
import { isLabelKey, isLabelValue } from './name-syntax.ts';

type Expression = Exclude<LabelSelector['matchExpressions'], undefined>[number];

/** Checks a `metav1.LabelSelector`: keys, values, and that operators have the values they need. */
export function validateLabelSelector(field: string, selector: LabelSelector | undefined): readonly FieldError[] {
  const labels = Object.entries(selector?.matchLabels ?? {}).flatMap(([key, value]) => {
    const at = `${fieldAt(field, 'matchLabels')}.${key}`;
    return [...checkKey(at, key), ...checkValue(at, value)];
  });
  const expressions = (selector?.matchExpressions ?? []).flatMap((expression, index) =>
    checkExpression(`${fieldAt(field, 'matchExpressions')}[${index}]`, expression),
  );
  return [...labels, ...expressions];
}

function checkExpression(field: string, { key, operator, values = [] }: Expression): readonly FieldError[] {
  const errors = [...checkKey(`${field}.key`, key)];
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (values.length === 0)
        errors.push({ field: `${field}.values`, reason: `is required with operator ${operator}` });
      return [...errors, ...values.flatMap((value, index) => checkValue(`${field}.values[${index}]`, value))];
    case 'Exists':
    case 'DoesNotExist':
      if (values.length > 0) {
        errors.push({ field: `${field}.values`, value: values, reason: `not allowed with operator ${operator}` });
      }
      return errors;
    default: {
      const reason = 'supported values: "In", "NotIn", "Exists", "DoesNotExist"';
      return [...errors, { field: `${field}.operator`, value: operator, reason }];
    }
  }
}

function checkKey(field: string, key: string): FieldError[] {
  return isLabelKey(key) ? [] : [{ field, value: key, reason: 'a label key is needed: [DOMAIN/]NAME' }];
}

function checkValue(field: string, value: string): FieldError[] {
  return isLabelValue(value)
    ? []
    : [{ field, value, reason: 'a label value has at most 63 letters, digits, "-", "_", "."' }];
}
