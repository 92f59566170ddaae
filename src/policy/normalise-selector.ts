import { parseSelector } from '../selector/parse-selector.ts';
import { renameLabels } from '../selector/rename-labels.ts';
import type { Selector } from '../selector/selector.ts';

/** The label that every pod and every namespaced network set carries, and nothing else. */
export const namespaceLabel = 'projectcalico.org/namespace';
/** The label with the service account of a pod. */
export const serviceAccountLabel = 'projectcalico.org/serviceaccount';
/** Before the labels that pods and network sets inherit from their namespace. */
export const namespacePrefix = 'pcns.';
/** Before the labels that pods inherit from their service account. */
export const serviceAccountPrefix = 'pcsa.';

/** True when a field of a resource holds a selector: the empty text is none. */
export function isSelectorGiven(text: string | undefined): text is string {
  return text !== undefined && text.trim() !== '';
}

/** Endpoints and network sets of one namespace. */
export function inNamespace(namespace: string): Selector {
  return { kind: 'equal', label: namespaceLabel, value: namespace };
}

/**
 * A selector of namespaces as one of what is in them: labels with `pcns.`; `all()` means in any namespace, `global()`
 * in none.
 *
 * @throws WeftError SELECTOR_SYNTAX
 */
export function readNamespaceSelector(text: string): Selector {
  return readInherited(text, namespacePrefix, namespaceLabel);
}

/**
 * The serviceAccountSelector of a policy as a selector of pods: labels with `pcsa.`; `all()` means with any account.
 *
 * @throws WeftError SELECTOR_SYNTAX
 */
export function readAccountSelector(text: string): Selector {
  return readInherited(text, serviceAccountPrefix, serviceAccountLabel);
}

function readInherited(text: string, prefix: string, owner: string): Selector {
  return ownersOf(
    renameLabels(parseSelector(text), (label) => `${prefix}${label}`),
    owner,
  );
}

/** What satisfies all of them; everything when there are none. */
export function allOf(selectors: readonly Selector[]): Selector {
  const operands = selectors
    .filter(({ kind }) => kind !== 'all')
    .flatMap((selector) => (selector.kind === 'and' ? selector.operands : [selector]));
  const [first = { kind: 'all' }] = operands;
  return operands.length < 2 ? first : { kind: 'and', operands };
}

/** `all()` as "has an owner", `global()` as "has none". */
function ownersOf(selector: Selector, owner: string): Selector {
  const owned: Selector = { kind: 'has', label: owner };
  switch (selector.kind) {
    case 'all':
      return owned;
    case 'global':
      return { kind: 'not', operand: owned };
    case 'not':
      return { kind: 'not', operand: ownersOf(selector.operand, owner) };
    case 'and':
    case 'or':
      return { kind: selector.kind, operands: selector.operands.map((operand) => ownersOf(operand, owner)) };
    default:
      return selector;
  }
}
