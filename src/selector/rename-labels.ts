import type { Selector } from './selector.ts';

/**
 * The selector with every label renamed, the rest as it is: a selector of namespaces becomes one of their pods by the
 * prefix `pcns.` before each label.
 */
export function renameLabels(selector: Selector, rename: (label: string) => string): Selector {
  switch (selector.kind) {
    case 'all':
    case 'global':
      return selector;
    case 'not':
      return { kind: 'not', operand: renameLabels(selector.operand, rename) };
    case 'and':
    case 'or':
      return { kind: selector.kind, operands: selector.operands.map((operand) => renameLabels(operand, rename)) };
    default:
      return { ...selector, label: rename(selector.label) };
  }
}
