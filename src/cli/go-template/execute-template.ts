import { errorText, WeftError } from '../../base/errors.ts';
import { isRecord } from '../../base/is-record.ts';
import { formatGo } from './format-go.ts';
import { isTrue, type TemplateFunctions, templateFunctions } from './functions.ts';
import type { Block, Node, Operand, Pipeline } from './node.ts';
import { parseTemplate } from './parse-template.ts';

/** What a template says of its data. */
export type Template = (data: unknown) => string;

/**
 * Compiles a Go template.
 *
 * @param functions what it may call besides Go's own
 * @throws WeftError GO_TEMPLATE when it cannot be read; the template itself throws the same when it cannot be executed
 */
export function compileTemplate(text: string, functions: TemplateFunctions = {}): Template {
  const nodes = wrapped('read', () => parseTemplate(text));
  return (data) =>
    wrapped('execute', () => {
      const output: string[] = [];
      const scope = new Scope(undefined, { ...templateFunctions, ...functions });
      scope.declare('', data);
      runNodes(nodes, data, scope, output);
      return output.join('');
    });
}

function wrapped<T>(verb: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new WeftError('GO_TEMPLATE', `Cannot ${verb} template: ${errorText(error)}`);
  }
}

/** The variables that can be seen from a place. */
class Scope {
  readonly #values = new Map<string, unknown>();
  readonly #outer: Scope | undefined;

  /** What can be called. */
  readonly functions: TemplateFunctions;

  constructor(outer: Scope | undefined, functions: TemplateFunctions = outer?.functions ?? {}) {
    this.#outer = outer;
    this.functions = functions;
  }

  declare(name: string, value: unknown): void {
    this.#values.set(name, value);
  }

  assign(name: string, value: unknown): void {
    if (this.#values.has(name)) this.#values.set(name, value);
    else if (this.#outer === undefined) throw new TypeError(`undefined variable "$${name}"`);
    else this.#outer.assign(name, value);
  }

  read(name: string): unknown {
    if (this.#values.has(name)) return this.#values.get(name);
    if (this.#outer === undefined) throw new TypeError(`undefined variable "$${name}"`);
    return this.#outer.read(name);
  }
}

/** How a list of nodes ended. */
type Flow = 'end' | 'break' | 'continue';

function runNodes(nodes: readonly Node[], dot: unknown, scope: Scope, output: string[]): Flow {
  for (const node of nodes) {
    const flow = runNode(node, dot, scope, output);
    if (flow !== 'end') return flow;
  }
  return 'end';
}

function runNode(node: Node, dot: unknown, scope: Scope, output: string[]): Flow {
  switch (node.kind) {
    case 'text':
      output.push(node.text);
      return 'end';
    case 'print': {
      const value = evaluate(node.pipeline, dot, scope);
      if (node.pipeline.variables.length === 0) output.push(formatGo(value));
      return 'end';
    }
    case 'break':
    case 'continue':
      return node.kind;
    case 'range':
      return runRange(node, dot, new Scope(scope), output);
    default: {
      const inner = new Scope(scope);
      const value = evaluate(node.pipeline, dot, inner);
      const next = node.kind === 'with' && isTrue(value) ? value : dot;
      return runNodes(isTrue(value) ? node.body : node.otherwise, next, inner, output);
    }
  }
}

function runRange(node: Block<'range'>, dot: unknown, scope: Scope, output: string[]): Flow {
  const { variables } = node.pipeline;
  const entries = entriesOf(evaluate({ ...node.pipeline, variables: [] }, dot, scope));
  if (entries.length === 0) return runNodes(node.otherwise, dot, scope, output);
  for (const [key, item] of entries) {
    const inner = new Scope(scope);
    const [first, second] = variables;
    if (second !== undefined) inner.declare(second, item);
    if (first !== undefined) inner.declare(first, second === undefined ? item : key);
    if (runNodes(node.body, item, inner, output) === 'break') break;
  }
  return 'end';
}

function entriesOf(value: unknown): readonly (readonly [key: unknown, item: unknown])[] {
  if (Array.isArray(value)) return [...value.entries()];
  if (typeof value === 'number') return Array.from({ length: value }, (_, index) => [index, index] as const);
  if (value === undefined || value === null) return [];
  if (!isRecord(value)) throw new TypeError(`${formatGo(value)} found, a list or map to range over needed`);
  // calicoctl's templates get a list of what kubectl's get: resources, or lists of them.
  if (String(value.kind).endsWith('List') && Array.isArray(value.items)) return [...value.items.entries()];
  if (isResource(value)) return [[0, value]];
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
}

function evaluate(pipeline: Pipeline, dot: unknown, scope: Scope): unknown {
  let piped: readonly unknown[] = [];
  for (const command of pipeline.commands) piped = [runCommand(command, piped, dot, scope)];
  for (const name of pipeline.variables) {
    if (pipeline.declares) scope.declare(name, piped[0]);
    else scope.assign(name, piped[0]);
  }
  return piped[0];
}

function runCommand(command: readonly Operand[], piped: readonly unknown[], dot: unknown, scope: Scope): unknown {
  const [head, ...rest] = command;
  if (head === undefined) return undefined;
  if (head.kind !== 'function') {
    if (rest.length > 0 || piped.length > 0) throw new TypeError('a value with arguments found, a function needed');
    return operandValue(head, dot, scope);
  }
  if (head.name === 'and' || head.name === 'or') return choose(head.name, rest, piped, dot, scope);
  const apply = Object.hasOwn(scope.functions, head.name) ? scope.functions[head.name] : undefined;
  if (apply === undefined) throw new TypeError(`function "${head.name}" not defined`);
  return apply(...rest.map((operand) => operandValue(operand, dot, scope)), ...piped);
}

/** The first argument that decides, else the last one. */
function choose(
  name: 'and' | 'or',
  operands: readonly Operand[],
  piped: readonly unknown[],
  dot: unknown,
  scope: Scope,
): unknown {
  let value: unknown;
  for (const operand of operands) {
    value = operandValue(operand, dot, scope);
    if (isTrue(value) === (name === 'or')) return value;
  }
  return piped.length > 0 ? piped[0] : value;
}

function operandValue(operand: Operand, dot: unknown, scope: Scope): unknown {
  switch (operand.kind) {
    case 'constant':
      return operand.value;
    case 'field':
      return operand.path.reduce(fieldOf, dot);
    case 'variable':
      return operand.path.reduce(fieldOf, scope.read(operand.name));
    case 'pipeline':
      return operand.path.reduce(fieldOf, evaluate(operand.pipeline, dot, scope));
    case 'function':
      return runCommand([operand], [], dot, scope);
  }
}

/**
 * A field, by its name in the API. Templates written for calicoctl have the names of its Go types (`.ObjectMeta.Name`,
 * `.Spec.CIDR`, `.Name`): case does not matter when nothing has the exact name, and ObjectMeta is metadata, whose fields
 * are those of the resource as well.
 */
function fieldOf(value: unknown, name: string): unknown {
  if (value === undefined || value === null) return undefined;
  if (!isRecord(value)) throw new TypeError(`".${name}" of ${formatGo(value)} found, a map needed`);
  if (Object.hasOwn(value, name)) return value[name];
  if (name === 'ObjectMeta') return value.metadata;
  if (name === 'TypeMeta') return value;
  const key = keyLike(value, name);
  if (key !== undefined) return value[key];
  // `{{range .}}` has come to the resources already when `{{range .Items}}` follows.
  if (name === 'Items' && isRecord(value.metadata)) return [value];
  const { metadata } = value;
  if (!/^[A-Z]/.test(name) || !isRecord(metadata)) return undefined;
  const embedded = keyLike(metadata, name);
  return embedded === undefined ? undefined : metadata[embedded];
}

function keyLike(value: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const wanted = name.toLowerCase();
  return Object.keys(value).find((candidate) => candidate.toLowerCase() === wanted);
}

function isResource(value: unknown): boolean {
  return isRecord(value) && typeof value.kind === 'string' && isRecord(value.metadata);
}
