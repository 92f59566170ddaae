import { Environment } from '@marcbachmann/cel-js';
import type { JsonSchema } from '../../api/json-schema.ts';

/** What kube-apiserver allows one rule to cost, and all rules of a definition together, by its estimate. */
export const costLimits = { rule: 10_000_000, definition: 100_000_000 } as const;

/** What a rule may cost at most, all places it applies to counted. */
export interface RuleCost {
  readonly path: string;
  readonly rule: string;
  readonly cost: number;
}

interface Node {
  readonly op: string;
  readonly args: unknown;
}

type Scope = ReadonlyMap<string, JsonSchema | undefined>;

/** Bytes of a request: how long anything is that has no bound. */
const requestSize = 3 * 1024 * 1024;
const environment = new Environment({ unlistedVariablesAreDyn: true });

/**
 * About what kube-apiserver estimates before it takes a definition: a step costs one, a text a tenth of its bytes, a
 * loop its body for every item there could be, and a rule counts for every place in lists and maps where it applies.
 *
 * @see Kubernetes "Common Expression Language: resource constraints"
 */
export function estimateRules(schema: JsonSchema, path: string, places = 1): readonly RuleCost[] {
  const own = (schema['x-kubernetes-validations'] ?? []).map(({ rule }) => {
    const { ast } = environment.parse(rule) as unknown as { readonly ast: Node };
    const scope = new Map([
      ['self', schema],
      ['oldSelf', schema],
    ]);
    return { path, rule, cost: places * costOf(ast, scope) };
  });
  const inner = Object.entries(schema.properties ?? {}).map(([key, value]) =>
    estimateRules(value, `${path}.${key}`, places),
  );
  if (schema.items !== undefined) inner.push(estimateRules(schema.items, `${path}[]`, places * sizeOf(schema)));
  if (schema.additionalProperties !== undefined) {
    inner.push(estimateRules(schema.additionalProperties, `${path}.*`, places * sizeOf(schema)));
  }
  return [...own, ...inner.flat()];
}

/** Most items, or bytes of a text: a character has up to four. */
function sizeOf(schema: JsonSchema | undefined): number {
  if (schema?.type === 'array') return schema.maxItems ?? requestSize / 2;
  if (schema?.type === 'object') return requestSize / 2;
  if (schema?.enum !== undefined) return Math.max(...schema.enum.map((one) => String(one).length));
  if (schema?.type === 'boolean' || schema?.type === 'integer' || schema?.type === 'number') return 1;
  return schema?.maxLength === undefined ? requestSize : schema.maxLength * 4;
}

function costOf(node: Node, scope: Scope): number {
  const steps = 1 + childrenOf(node).reduce((sum, child) => sum + costOf(child, scope), 0);
  const { args } = node;
  if (node.op === '==' || node.op === '!=') return steps + comparison(args as Node[], scope);
  if (node.op === 'in') {
    const [value, list] = args as [Node, Node];
    return (
      steps + (list.op === 'list' ? childrenOf(list).length : sizeOf(schemaOf(list, scope))) * textSize(value, scope)
    );
  }
  if (node.op === 'call') {
    const [name, [first]] = args as [string, Node[]];
    return /^(is)?(ip|cidr)$/i.test(name) && first !== undefined ? steps + textSize(first, scope) : steps;
  }
  return node.op === 'rcall' ? steps + methodCost(args as [string, Node, Node[]], scope) : steps;
}

function methodCost([name, target, [first, body]]: [string, Node, Node[]], scope: Scope): number {
  if (first === undefined) return 0;
  if (body !== undefined) {
    const schema = schemaOf(target, scope);
    const size = target.op === 'list' ? childrenOf(target).length : sizeOf(schema);
    return size * (1 + costOf(body, new Map(scope).set(String(first.args), schema?.items)));
  }
  const given = first.op === 'value' ? String(first.args).length : requestSize;
  if (name === 'matches') return textSize(target, scope) * Math.ceil(given / 4);
  return name === 'contains' ? textSize(target, scope) * Math.ceil(given / 10) : Math.ceil(given / 10);
}

function comparison(sides: readonly Node[], scope: Scope): number {
  return Math.min(...sides.map((side) => textSize(side, scope)));
}

function textSize(node: Node, scope: Scope): number {
  if (node.op === 'value') return Math.ceil(String(node.args).length / 10);
  // What is computed is a number or a truth; only fields and loop variables are texts.
  if (node.op !== '.' && node.op !== 'id') return 1;
  return Math.ceil(sizeOf(schemaOf(node, scope) ?? {}) / 10);
}

function schemaOf(node: Node, scope: Scope): JsonSchema | undefined {
  if (node.op === 'id') return scope.get(String(node.args));
  if (node.op !== '.') return undefined;
  const [target, name] = node.args as [Node, string];
  return schemaOf(target, scope)?.properties?.[name.replace(/^__(.*)__$/, '$1')];
}

// Of a loop the variable and the body are no children: the body counts for every item.
function childrenOf({ op, args }: Node): readonly Node[] {
  if (op === 'value' || op === 'id') return [];
  const list = Array.isArray(args) ? args : [args];
  const all = list.flat().filter((one): one is Node => typeof one === 'object' && one !== null && 'op' in one);
  return op === 'rcall' && all.length > 2 ? all.slice(0, 1) : all;
}
