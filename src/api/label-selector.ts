import { WeftError } from '../base/errors.ts';
import type { LabelSelector } from './meta.ts';

/** One condition on one label. */
export type Requirement = Exclude<LabelSelector['matchExpressions'], undefined>[number];

type Labels = Readonly<Record<string, string>>;

/**
 * True when the labels satisfy a `metav1.LabelSelector`. An empty selector matches everything, an absent one nothing.
 * `NotIn` also holds for a label that is absent.
 */
export function matchLabelSelector(selector: LabelSelector | undefined, labels: Labels = {}): boolean {
  return selector !== undefined && matchRequirements(requirementsOf(selector), labels);
}

/** True when every condition holds. */
export function matchRequirements(requirements: readonly Requirement[], labels: Labels = {}): boolean {
  return requirements.every(({ key, operator, values = [] }) => {
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
    switch (operator) {
      case 'In':
        return value !== undefined && values.includes(value);
      case 'NotIn':
        return value === undefined || !values.includes(value);
      case 'Exists':
        return value !== undefined;
      case 'DoesNotExist':
        return value === undefined;
      default:
        throw new WeftError('API_LABEL_SELECTOR', `Cannot match labels: operator "${String(operator)}" is not known`);
    }
  });
}

/** `matchLabels` and `matchExpressions` as one list. */
export function requirementsOf(selector: LabelSelector): readonly Requirement[] {
  const equal = Object.entries(selector.matchLabels ?? {}).map(
    ([key, value]): Requirement => ({ key, operator: 'In', values: [value] }),
  );
  return [...equal, ...(selector.matchExpressions ?? [])];
}

/** The text form of `?labelSelector=`: `app in (web),tier,!legacy`. */
export function formatLabelSelector(selector: LabelSelector): string {
  return requirementsOf(selector)
    .map(({ key, operator, values = [] }) => {
      if (operator === 'Exists') return key;
      if (operator === 'DoesNotExist') return `!${key}`;
      return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`;
    })
    .join(',');
}

const name = '[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?';
const key = `(?:[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?/)?${name}`;
const value = `(?:${name})?`;
const forms: readonly [RegExp, (match: RegExpExecArray) => Requirement][] = [
  [new RegExp(`^!\\s*(${key})$`), (match) => ({ key: match[1] ?? '', operator: 'DoesNotExist' })],
  [new RegExp(`^(${key})$`), (match) => ({ key: match[1] ?? '', operator: 'Exists' })],
  [
    new RegExp(`^(${key})\\s*(==?|!=)\\s*(${value})$`),
    (match) => ({ key: match[1] ?? '', operator: match[2] === '!=' ? 'NotIn' : 'In', values: [match[3] ?? ''] }),
  ],
  [
    new RegExp(`^(${key})\\s+(in|notin)\\s*\\(\\s*(${value}(?:\\s*,\\s*${value})*)\\s*\\)$`),
    (match) => ({
      key: match[1] ?? '',
      operator: match[2] === 'in' ? 'In' : 'NotIn',
      values: (match[3] ?? '').split(',').map((text) => text.trim()),
    }),
  ],
];

/**
 * Reads the text form of `?labelSelector=` and `-l`: conditions `k`, `!k`, `k=v`, `k==v`, `k!=v`, `k in (a,b)`,
 * `k notin (a,b)` separated by commas. The empty text has no condition.
 *
 * @throws WeftError API_LABEL_SELECTOR naming the condition
 * @see Kubernetes "Labels and Selectors"
 */
export function parseLabelSelector(text: string): readonly Requirement[] {
  if (text.trim() === '') return [];
  return splitConditions(text).map((condition) => {
    for (const [pattern, read] of forms) {
      const match = pattern.exec(condition);
      if (match !== null) return read(match);
    }
    throw new WeftError(
      'API_LABEL_SELECTOR',
      `Cannot read label selector "${text}": "${condition}" found, KEY, !KEY, KEY=VALUE, KEY!=VALUE or KEY in (A,B) needed`,
    );
  });
}

/** Cuts at the commas that are not inside parentheses. */
function splitConditions(text: string): readonly string[] {
  const conditions: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '(') depth++;
    else if (text[i] === ')') depth--;
    else if (text[i] === ',' && depth === 0) {
      conditions.push(text.slice(start, i).trim());
      start = i + 1;
    }
  }
  return [...conditions, text.slice(start).trim()];
}
