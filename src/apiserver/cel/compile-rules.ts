import type { Environment, ParseResult } from '@marcbachmann/cel-js';
import { errorText } from '../../base/errors.ts';
import { isRecord } from '../../base/is-record.ts';
import { arrayAt, type JsonRecord, recordsAt, stringAt } from '../json.ts';
import { baseEnvironment } from './base-environment.ts';
import { shapeMaker, type ValueShape } from './value-shape.ts';

/** One entry of `x-kubernetes-validations`, ready to run. */
export interface CompiledRule {
  readonly text: string;
  readonly run: ParseResult;
  readonly message: string | undefined;
  /** `messageExpression`. */
  readonly runMessage: ParseResult | undefined;
  readonly reason: string | undefined;
  /** `.cidr`, `.ports[0]`: below the place of the rule. */
  readonly fieldPath: string | undefined;
  /** Mentions `oldSelf`: only checked when there is an old value, unless `optionalOldSelf`. */
  readonly transition: boolean;
  readonly optionalOldSelf: boolean;
}

/** A place of a schema that has rules or leads to places that have. */
export interface RuleNode {
  readonly rules: readonly CompiledRule[];
  readonly shape: ValueShape;
  readonly properties: ReadonlyMap<string, RuleNode>;
  /** Of a map's values. */
  readonly values: RuleNode | undefined;
  readonly items: RuleNode | undefined;
  /** `x-kubernetes-list-map-keys`: items of old and new are paired by these; without them they are not. */
  readonly mapKeys: readonly string[] | undefined;
}

/** A rule that is none: where, its text, and why. */
export interface RuleProblem {
  /** Below the schema: `properties[spec].x-kubernetes-validations[0].rule`. */
  readonly field: string;
  readonly text: string;
  readonly why: string;
}

/** The rules of a schema; `undefined` when it has none. Rules that cannot be compiled go to `problems`. */
export function compileRules(schema: unknown, problems: RuleProblem[]): RuleNode | undefined {
  if (!hasRules(schema)) return undefined;
  const environment = baseEnvironment().clone();
  const make = shapeMaker(environment);
  const places: { readonly node: MutableNode; readonly schema: JsonRecord; readonly path: string }[] = [];
  const visit = (at: unknown, path: string, isRoot: boolean): RuleNode | undefined => {
    if (!isRecord(at) || !hasRules(at)) return undefined;
    const below = (part: string) => (path === '' ? part : `${path}.${part}`);
    const properties = new Map<string, RuleNode>();
    for (const [name, property] of Object.entries(isRecord(at.properties) ? at.properties : {})) {
      const node = visit(property, below(`properties[${name}]`), false);
      if (node !== undefined) properties.set(name, node);
    }
    const own = recordsAt(at, 'x-kubernetes-validations').length > 0;
    const node: MutableNode = {
      rules: [],
      shape: own ? make(at, isRoot) : { type: 'dyn', convert: (value) => value },
      properties,
      values: visit(at.additionalProperties, below('additionalProperties'), false),
      items: visit(at.items, below('items'), false),
      mapKeys:
        at['x-kubernetes-list-type'] === 'map' ? arrayAt(at, 'x-kubernetes-list-map-keys').map(String) : undefined,
    };
    if (own) places.push({ node, schema: at, path });
    return node;
  };
  const root = visit(schema, '', true);
  // Only when all types are known can environments with variables be made of this one.
  for (const { node, schema: at, path } of places) {
    node.rules = compilePlace(environment, node.shape, at, path, problems);
  }
  return root;
}

type MutableNode = { -readonly [K in keyof RuleNode]: RuleNode[K] };

const searched = new WeakMap<JsonRecord, boolean>();

function hasRules(schema: unknown): boolean {
  if (!isRecord(schema)) return false;
  let found = searched.get(schema);
  if (found === undefined) {
    found =
      recordsAt(schema, 'x-kubernetes-validations').length > 0 ||
      hasRules(schema.items) ||
      hasRules(schema.additionalProperties) ||
      (isRecord(schema.properties) && Object.values(schema.properties).some(hasRules));
    searched.set(schema, found);
  }
  return found;
}

function compilePlace(
  types: Environment,
  shape: ValueShape,
  schema: JsonRecord,
  path: string,
  problems: RuleProblem[],
): CompiledRule[] {
  const plain = types.clone().registerVariable('self', shape.type).registerVariable('oldSelf', shape.type);
  const optional = types
    .clone()
    .registerVariable('self', shape.type)
    .registerVariable('oldSelf', `optional<${shape.type}>`);
  return recordsAt(schema, 'x-kubernetes-validations').flatMap((rule, index) => {
    const field = `${path === '' ? '' : `${path}.`}x-kubernetes-validations[${index}]`;
    const environment = rule.optionalOldSelf === true ? optional : plain;
    const text = stringAt(rule, 'rule') ?? '';
    const run = compile(environment, text, 'bool', `${field}.rule`, problems);
    const messageText = stringAt(rule, 'messageExpression');
    const runMessage =
      messageText === undefined
        ? undefined
        : compile(environment, messageText, 'string', `${field}.messageExpression`, problems);
    if (run === undefined) return [];
    return {
      text,
      run,
      message: stringAt(rule, 'message'),
      runMessage,
      reason: stringAt(rule, 'reason'),
      fieldPath: stringAt(rule, 'fieldPath'),
      transition: /\boldSelf\b/.test(text.replace(/"(\\.|[^"\\])*"|'(\\.|[^'\\])*'/g, '')),
      optionalOldSelf: rule.optionalOldSelf === true,
    };
  });
}

function compile(
  environment: Environment,
  text: string,
  wanted: 'bool' | 'string',
  field: string,
  problems: RuleProblem[],
): ParseResult | undefined {
  const refuse = (why: string) => {
    problems.push({ field, text, why: `compilation failed: ${why.split('\n')[0]}` });
    return undefined;
  };
  if (text.trim() === '') return refuse('an expression is needed');
  if (text.length > maxRuleLength) return refuse(`it has ${text.length} characters, allowed are ${maxRuleLength}`);
  try {
    const parsed = environment.parse(text);
    const checked = parsed.check();
    if (!checked.valid) return refuse(errorText(checked.error));
    return checked.type === wanted || checked.type === 'dyn'
      ? parsed
      : refuse(`must evaluate to ${wanted}, not ${checked.type}`);
  } catch (error) {
    return refuse(errorText(error));
  }
}

const maxRuleLength = 16 * 1024;
