import { errorText } from '../base/errors.ts';
import { parseSelector } from '../selector/parse-selector.ts';
import type { Selector } from '../selector/selector.ts';
import type { FieldError } from './field-error.ts';

const onlyInEntity = 'global() can only be used in an EntityRule namespaceSelector';
const onlyAlone = 'global() cannot be combined with other selectors';

/**
 * The call and nothing else, not even parentheses. The text decides and not what it means, here as in the rule of the
 * definition: `a == "global()"` is refused too.
 */
const aloneGlobal = /^[ \t]*global\([ \t]*\)[ \t]*$/;

/** Where `global()` may stand: nowhere, or by itself. */
type GlobalUse = 'never' | 'alone';

/** Checks the syntax of a selector and the use of `global()`. Absent and empty selectors are fine. */
export function validateSelector(
  field: string,
  text: string | undefined,
  globalUse: GlobalUse = 'never',
): readonly FieldError[] {
  if (text === undefined) return [];
  const selector = readSelector(text);
  if (typeof selector === 'string') return [{ field, value: text, reason: selector }];
  if (!text.includes('global(')) return [];
  if (globalUse === 'never') return [{ field, value: text, reason: onlyInEntity }];
  return aloneGlobal.test(text) ? [] : [{ field, value: text, reason: onlyAlone }];
}

/** The selector, or why it is none. */
export function readSelector(text: string): Selector | string {
  try {
    return parseSelector(text);
  } catch (error) {
    return errorText(error);
  }
}

/** True when `global()` stands anywhere in the selector. */
export function usesGlobal(selector: Selector): boolean {
  switch (selector.kind) {
    case 'global':
      return true;
    case 'not':
      return usesGlobal(selector.operand);
    case 'and':
    case 'or':
      return selector.operands.some(usesGlobal);
    default:
      return false;
  }
}
