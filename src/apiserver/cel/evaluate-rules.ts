import { isDeepStrictEqual } from 'node:util';
import { Optional, type ParseResult } from '@marcbachmann/cel-js';
import { errorText } from '../../base/errors.ts';
import { isRecord } from '../../base/is-record.ts';
import type { JsonRecord } from '../json.ts';
import { type Cause, forbiddenValue, invalidValue, requiredValue } from '../status-error.ts';
import { TimeLimitError, withinTime } from '../time-limit.ts';
import { type CompiledRule, compileRules, type RuleNode } from './compile-rules.ts';

/** Milliseconds that all rules of one object may take together. */
const limitMs = 500;
const maxCauses = 20;
const compiled = new WeakMap<JsonRecord, RuleNode | { readonly none: true }>();

/**
 * Evaluates the `x-kubernetes-validations` of an `openAPIV3Schema` on an object that fits the schema otherwise. Rules
 * are compiled on first use and kept as long as the schema.
 *
 * @param old the object before the change: with it, rules that mention `oldSelf` are checked, too
 * @returns at most 20 causes; a rule that fails to evaluate, or takes too long, refuses the object as well
 * @see Kubernetes documentation "Validation rules" of CustomResourceDefinitions
 */
export function evaluateRules(schema: unknown, object: unknown, old?: unknown): Cause[] {
  const root = rulesOf(schema);
  if (root === undefined) return [];
  const causes: Cause[] = [];
  const run = () => visit(root, object, old, '', causes);
  try {
    if (mayRunLong(root)) withinTime(limitMs, run);
    else run();
  } catch (error) {
    if (!(error instanceof TimeLimitError)) throw error;
    return [
      { field: '', reason: 'FieldValueInvalid', message: `Invalid value: the validation rules: ${error.message}` },
    ];
  }
  return causes.slice(0, maxCauses);
}

function rulesOf(schema: unknown): RuleNode | undefined {
  if (!isRecord(schema)) return undefined;
  let found = compiled.get(schema);
  if (found === undefined) {
    // Rules that cannot be compiled were refused with their definition.
    found = compileRules(schema, []) ?? { none: true };
    compiled.set(schema, found);
  }
  return 'none' in found ? undefined : found;
}

const checkedForLength = new WeakMap<RuleNode, boolean>();

/** Only regular expressions and loops can take long; a watched run costs more than most rules. */
function mayRunLong(node: RuleNode): boolean {
  let found = checkedForLength.get(node);
  if (found === undefined) {
    const below = [...node.properties.values(), node.values, node.items].filter((child) => child !== undefined);
    found =
      node.rules.some(({ text }) => /\b(matches|find|findAll|all|exists|exists_one|map|filter|sets)\b/.test(text)) ||
      below.some(mayRunLong);
    checkedForLength.set(node, found);
  }
  return found;
}

function visit(node: RuleNode, value: unknown, old: unknown, path: string, causes: Cause[]): void {
  if (value === undefined || value === null || causes.length >= maxCauses) return;
  if (node.rules.length > 0) checkRules(node, value, old, path, causes);
  if (Array.isArray(value)) {
    if (node.items === undefined) return;
    for (const [index, item] of value.entries()) {
      visit(node.items, item, pairedItem(node, item, old), `${path}[${index}]`, causes);
    }
    return;
  }
  if (!isRecord(value)) return;
  for (const [name, child] of node.properties) {
    visit(child, value[name], isRecord(old) ? old[name] : undefined, join(path, name), causes);
  }
  if (node.values === undefined) return;
  for (const [key, item] of Object.entries(value)) {
    visit(node.values, item, isRecord(old) && Object.hasOwn(old, key) ? old[key] : undefined, join(path, key), causes);
  }
}

/** The old item with the same keys. Items of other lists cannot be told apart, so nothing is said about their change. */
function pairedItem(node: RuleNode, item: unknown, old: unknown): unknown {
  const { mapKeys } = node;
  if (mapKeys === undefined || !Array.isArray(old) || !isRecord(item)) return undefined;
  return old.find((other) => isRecord(other) && mapKeys.every((key) => isDeepStrictEqual(other[key], item[key])));
}

function join(path: string, name: string): string {
  if (!/^[A-Za-z_][\w-]*$/.test(name)) return `${path}[${name}]`;
  return path === '' ? name : `${path}.${name}`;
}

function checkRules(node: RuleNode, value: unknown, old: unknown, path: string, causes: Cause[]): void {
  const hasOld = old !== undefined && old !== null;
  const self = node.shape.convert(value);
  const oldSelf = hasOld ? node.shape.convert(old) : undefined;
  for (const rule of node.rules) {
    if (rule.transition && !hasOld && !rule.optionalOldSelf) continue;
    const before = rule.optionalOldSelf ? (hasOld ? Optional.of(oldSelf) : Optional.none()) : oldSelf;
    const variables = { self, ...(before !== undefined && { oldSelf: before }) };
    const outcome = evaluate(rule.run, variables);
    if (outcome.value === true) continue;
    const field = rule.fieldPath === undefined ? path : path + (path === '' ? rule.fieldPath.slice(1) : rule.fieldPath);
    causes.push(toCause(rule, field, value, outcome.error, variables));
  }
}

type Variables = Readonly<Record<string, unknown>>;

function evaluate(run: ParseResult, variables: Variables): { readonly value?: unknown; readonly error?: string } {
  try {
    return { value: run(variables) };
  } catch (error) {
    return { error: errorText(error).split('\n')[0] ?? '' };
  }
}

function toCause(
  rule: CompiledRule,
  field: string,
  value: unknown,
  error: string | undefined,
  variables: Variables,
): Cause {
  const said = rule.message ?? `failed rule: ${rule.text}`;
  const made = rule.runMessage === undefined ? undefined : evaluate(rule.runMessage, variables).value;
  const usable = typeof made === 'string' && made.trim() !== '' && !made.includes('\n');
  const text = error === undefined ? (usable ? made : said) : `${error} evaluating rule: ${said}`;
  switch (rule.reason) {
    case 'FieldValueForbidden':
      return forbiddenValue(field, text);
    case 'FieldValueRequired':
      return requiredValue(field, text);
    default:
      return { ...invalidValue(field, summary(value), text), reason: rule.reason ?? 'FieldValueInvalid' };
  }
}

/** Objects and lists are named by their type: what is wrong in them the rule says. */
function summary(value: unknown): unknown {
  if (Array.isArray(value)) return 'array';
  return isRecord(value) ? 'object' : value;
}
