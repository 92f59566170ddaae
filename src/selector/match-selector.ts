import { assertNever } from '../base/errors.ts';
import type { Labels, Selector } from './selector.ts';

/**
 * True when the labels satisfy the selector. `!=` and `not in` also hold for a label that is absent; every other
 * comparison needs it.
 */
export function matchSelector(selector: Selector, labels: Labels): boolean {
  switch (selector.kind) {
    case 'all':
    case 'global':
      return true;
    case 'has':
      return labelOf(labels, selector.label) !== undefined;
    case 'equal':
      return labelOf(labels, selector.label) === selector.value;
    case 'not-equal':
      return labelOf(labels, selector.label) !== selector.value;
    case 'contains':
      return labelOf(labels, selector.label)?.includes(selector.value) ?? false;
    case 'starts-with':
      return labelOf(labels, selector.label)?.startsWith(selector.value) ?? false;
    case 'ends-with':
      return labelOf(labels, selector.label)?.endsWith(selector.value) ?? false;
    case 'in':
      return oneOf(selector.values, labelOf(labels, selector.label));
    case 'not-in':
      return !oneOf(selector.values, labelOf(labels, selector.label));
    case 'not':
      return !matchSelector(selector.operand, labels);
    case 'and':
      return selector.operands.every((operand) => matchSelector(operand, labels));
    case 'or':
      return selector.operands.some((operand) => matchSelector(operand, labels));
    default:
      return assertNever(selector);
  }
}

// Own properties only: a label may be called `constructor`.
function labelOf(labels: Labels, label: string): string | undefined {
  return Object.hasOwn(labels, label) ? labels[label] : undefined;
}

function oneOf(values: readonly string[], value: string | undefined): boolean {
  return value !== undefined && values.includes(value);
}
