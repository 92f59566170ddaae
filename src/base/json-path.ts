import { WeftError } from './errors.ts';
import { isRecord } from './is-record.ts';

/** Finds what a path names in JSON data: every match, in document order. */
export type JsonPath = (root: unknown) => readonly unknown[];

/** One step: from one value to those it leads to. */
type Step = (value: unknown) => readonly unknown[];

/**
 * Compiles a JSONPath as printer columns and `custom-columns` have them: `.metadata.name`,
 * `.metadata.annotations['a.b/c']`, `.metadata.annotations.a\.b`, `.items[0]`, `[-1]`, `[1:3]`, `[0,2]`, `['a','b']`, `[*]`, `.*`, `..name`,
 * `.status.conditions[?(@.type=="Ready")].status` (also `!=`, `<`, `<=`, `>`, `>=`, or a path alone: it is there).
 * Braces around it and a leading `$` change nothing.
 *
 * @throws WeftError `JSON_PATH` naming the place that is not understood
 * @see kubernetes.io "JSONPath Support"
 */
export function compileJsonPath(text: string): JsonPath {
  const steps: Step[] = [];
  let rest = text
    .trim()
    .replace(/^\{(.*)\}$/s, '$1')
    .replace(/^\$/, '');
  if (rest !== '' && !/^[.[]/.test(rest)) rest = `.${rest}`;
  while (rest !== '') {
    const found = nextStep(rest);
    if (found === undefined) {
      throw new WeftError(
        'JSON_PATH',
        `Cannot read path "${text}": found "${rest}", a step like .name or [0] is needed`,
      );
    }
    if (found.step !== undefined) steps.push(found.step);
    rest = rest.slice(found.length);
  }
  return (root) => steps.reduce<readonly unknown[]>((values, step) => values.flatMap(step), [root]);
}

interface FoundStep {
  readonly length: number;
  readonly step: Step | undefined;
}

function nextStep(rest: string): FoundStep | undefined {
  const name = /^(\.\.?)((?:\\.|[^\\.[\]\s(){}'"])+)/.exec(rest);
  if (name !== null) {
    const field = (name[2] ?? '').replace(/\\(.)/g, '$1');
    const one = field === '*' ? every : member(field);
    return { length: name[0].length, step: name[1] === '..' ? (value) => descendants(value).flatMap(one) : one };
  }
  const filter = /^\[\?\(\s*@((?:[^()'"]|"[^"]*"|'[^']*')*)\)\]/.exec(rest);
  if (filter !== null) return { length: filter[0].length, step: compileFilter(filter[1] ?? '') };
  const bracket = /^\[\s*(?:(?:'(?:\\.|[^'])*'|"(?:\\.|[^"])*"|[^\]'"])+)\]/.exec(rest);
  const step = bracket === null ? undefined : bracketStep(bracket[0].slice(1, -1));
  if (bracket !== null && step !== undefined) return { length: bracket[0].length, step };
  return rest === '.' ? { length: 1, step: undefined } : undefined;
}

/** What stands in brackets: names, indexes and slices, several with commas between; `undefined` when it is none. */
function bracketStep(content: string): Step | undefined {
  const members = [...content.matchAll(/(?:'(?:\\.|[^'])*'|"(?:\\.|[^"])*"|[^,'"])+/g)].map(([text]) =>
    bracketMember(text),
  );
  const steps = members.filter((step) => step !== undefined);
  if (steps.length !== members.length) return undefined;
  return steps.length === 1 ? steps[0] : (value) => steps.flatMap((step) => step(value));
}

function bracketMember(text: string): Step | undefined {
  const pattern = /^\s*(?:'((?:\\.|[^'])*)'|"((?:\\.|[^"])*)"|(\*)|(-?\d+)|(-?\d*):(-?\d*))\s*$/;
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const [, single, double, star, index, from, to] = match;
  const name = single ?? double;
  if (name !== undefined) return member(name.replace(/\\(.)/g, '$1'));
  if (star !== undefined) return every;
  if (index !== undefined) return (value) => (Array.isArray(value) ? present(value.at(Number(index))) : []);
  const start = from ? Number(from) : 0;
  const end = to ? Number(to) : undefined;
  return (value) => (Array.isArray(value) ? value.slice(start, end) : []);
}

function member(name: string): Step {
  return (value) => (isRecord(value) && Object.hasOwn(value, name) ? present(value[name]) : []);
}

const present = (value: unknown): readonly unknown[] => (value === undefined ? [] : [value]);

const every: Step = (value) => (Array.isArray(value) ? value : isRecord(value) ? Object.values(value) : []);

function descendants(value: unknown): unknown[] {
  return [value, ...every(value).flatMap(descendants)];
}

/** The text between `@` and the closing bracket: a path, perhaps compared with a literal. */
function compileFilter(text: string): Step {
  const parts = /^(.*?)\s*(==|!=|<=|>=|<|>)\s*(.*?)\s*$/s.exec(text);
  const find = compileJsonPath(parts?.[1] ?? text);
  if (parts === null) return (value) => every(value).filter((item) => find(item).length > 0);
  const wanted = literal(parts[3] ?? '');
  const holds = comparison(parts[2] ?? '==');
  return (value) => every(value).filter((item) => find(item).some((found) => holds(found, wanted)));
}

function literal(text: string): unknown {
  const quoted = /^(?:'([^']*)'|"([^"]*)")$/.exec(text);
  if (quoted !== null) return quoted[1] ?? quoted[2];
  if (text === 'true' || text === 'false') return text === 'true';
  const number = Number(text);
  if (text !== '' && !Number.isNaN(number)) return number;
  throw new WeftError(
    'JSON_PATH',
    `Cannot compare with "${text}": a text in quotes, a number, true or false is needed`,
  );
}

function comparison(operator: string): (left: unknown, right: unknown) => boolean {
  const ordered = (test: (sign: number) => boolean) => (left: unknown, right: unknown) => {
    if (typeof left === 'number' && typeof right === 'number') return test(left - right);
    return typeof left === 'string' && typeof right === 'string' && test(left < right ? -1 : left > right ? 1 : 0);
  };
  switch (operator) {
    case '==':
      return (left, right) => left === right;
    case '!=':
      return (left, right) => left !== right;
    case '<':
      return ordered((sign) => sign < 0);
    case '<=':
      return ordered((sign) => sign <= 0);
    case '>':
      return ordered((sign) => sign > 0);
    default:
      return ordered((sign) => sign >= 0);
  }
}
