import { WeftError } from '../base/errors.ts';
import type { LabelSelector } from './meta.ts';
import { isLabelKey, isLabelValue } from './name-syntax.ts';

/** One condition on one label. `Gt` and `Lt` compare whole numbers; only the text form has them. */
export interface Requirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt';
  readonly values?: readonly string[];
}

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
      case 'Gt':
        return compare(value, values[0]) > 0;
      case 'Lt':
        return compare(value, values[0]) < 0;
      default:
        throw new WeftError('API_LABEL_SELECTOR', `Cannot match labels: operator "${String(operator)}" is not known`);
    }
  });
}

/** Order of two whole numbers; NaN, which no comparison holds for, when one is none. */
function compare(value: string | undefined, limit = ''): number {
  if (value === undefined || !/^-?\d+$/.test(value)) return Number.NaN;
  const distance = BigInt(value) - BigInt(limit);
  return distance < 0n ? -1 : distance > 0n ? 1 : 0;
}

/** `matchLabels` and `matchExpressions` as one list. */
function requirementsOf(selector: LabelSelector): readonly Requirement[] {
  const equal = Object.entries(selector.matchLabels ?? {}).map(
    ([key, value]): Requirement => ({ key, operator: 'In', values: [value] }),
  );
  return [...equal, ...(selector.matchExpressions ?? [])];
}

/** The text form, as `kubectl get -o wide` and `?labelSelector=` have it: `app=web,tier in (a,b),!legacy`. */
export function formatLabelSelector(selector: LabelSelector): string {
  const equal = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  return [...equal, ...(selector.matchExpressions ?? []).map(formatRequirement)].join(',');
}

/** One condition of the text form. */
export function formatRequirement({ key, operator, values = [] }: Requirement): string {
  switch (operator) {
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
    case 'In':
      return `${key} in (${values.join(',')})`;
    case 'NotIn':
      return `${key} notin (${values.join(',')})`;
    case 'Gt':
      return `${key}>${values[0]}`;
    case 'Lt':
      return `${key}<${values[0]}`;
  }
}

const form =
  /^(?:(?<absent>!)\s*(?<absentKey>[^\s!=<>(),]+)|(?<key>[^\s!=<>(),]+)(?:\s*(?<sign>==|=|!=|<|>)\s*(?<value>[^\s!=<>(),]*)|\s+(?<set>in|notin)\s*\((?<values>[^()]*)\))?)$/;
const signs: Readonly<Record<string, Requirement['operator']>> = { '!=': 'NotIn', '<': 'Lt', '>': 'Gt' };

/**
 * Reads the text form of `?labelSelector=` and `-l`: conditions `k`, `!k`, `k=v`, `k==v`, `k!=v`, `k in (a,b)`,
 * `k notin (a,b)`, `k>1`, `k<1` separated by commas. The empty text has no condition.
 *
 * @throws WeftError API_LABEL_SELECTOR naming the condition
 * @see Kubernetes "Labels and Selectors"
 */
export function parseLabelSelector(text: string): readonly Requirement[] {
  if (text.trim() === '') return [];
  return splitConditions(text).map((condition) => {
    const requirement = readCondition(condition);
    if (typeof requirement !== 'string') return requirement;
    throw new WeftError('API_LABEL_SELECTOR', `Cannot read label selector "${text}": ${requirement}`);
  });
}

/** The condition, or what is wrong with it. */
function readCondition(condition: string): Requirement | string {
  const groups = form.exec(condition)?.groups;
  if (groups === undefined) {
    return `"${condition}" found, KEY, !KEY, KEY=VALUE, KEY!=VALUE or KEY in (A,B) needed`;
  }
  const { absent, absentKey, key = absentKey ?? '', sign, value = '', set, values = '' } = groups;
  if (!isLabelKey(key)) return `"${key}" is no label key`;
  if (absent !== undefined) return { key, operator: 'DoesNotExist' };
  if (set === undefined && sign === undefined) return { key, operator: 'Exists' };
  const texts = set === undefined ? [value] : values.split(',').map((one) => one.trim());
  const operator = set === undefined ? (signs[sign ?? ''] ?? 'In') : set === 'in' ? 'In' : 'NotIn';
  const wrong = texts.find((one) => !isLabelValue(one));
  if (wrong !== undefined) return `"${wrong}" is no label value`;
  if ((operator === 'Lt' || operator === 'Gt') && !/^\d+$/.test(value)) {
    return `"${value}" found, a whole number needed after "${sign}"`;
  }
  return { key, operator, values: texts };
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
