import { Buffer } from 'node:buffer';
import { isRecord } from '../../base/is-record.ts';
import { formatGo } from './format-go.ts';

/** What a template may call. `and` and `or` are not here: they do not evaluate all their arguments. */
export type TemplateFunction = (...args: readonly unknown[]) => unknown;

/** Functions by their name. */
export type TemplateFunctions = Readonly<Record<string, TemplateFunction>>;

/** Go's truth: false, 0, '', empty lists and maps and what is missing are false. */
export function isTrue(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (isRecord(value)) return Object.keys(value).length > 0;
  return Boolean(value);
}

/** Go's predeclared functions and those that calicoctl and kubectl add. */
export const templateFunctions: TemplateFunctions = {
  not: (value) => !isTrue(value),
  eq: (left, ...others) => others.some((other) => same(left, other)),
  ne: (left, right) => !same(left, right),
  lt: (left, right) => order(left, right) < 0,
  le: (left, right) => order(left, right) <= 0,
  gt: (left, right) => order(left, right) > 0,
  ge: (left, right) => order(left, right) >= 0,
  len: length,
  index: (value, ...keys) => keys.reduce(member, value),
  slice: (value, from = 0, to = undefined) => part(value, Number(from), to === undefined ? undefined : Number(to)),
  print: (...args) => args.map(formatGo).join(''),
  println: (...args) => `${args.map(formatGo).join(' ')}\n`,
  printf: (format, ...args) => formatText(String(format), args),
  join: (list, separator) => joined(list, separator),
  joinAndTruncate: (list, separator, length) => truncated(joined(list, separator), Number(length)),
  base64decode: (text) => decoded(text),
  js: (text) => JSON.stringify(String(text)).slice(1, -1),
  html: (text) => String(text).replaceAll(/[<>&'"]/g, (letter) => `&#${letter.charCodeAt(0)};`),
  urlquery: (text) => encodeURIComponent(String(text)),
};

function joined(list: unknown, separator: unknown): string {
  if (Array.isArray(list)) return list.map(formatGo).join(String(separator));
  if (!isRecord(list)) return formatGo(list ?? '');
  const pairs = Object.entries(list).map(([key, value]) => `${key}=${formatGo(value)}`);
  return pairs.sort().join(String(separator));
}

/** 0: any length. */
function truncated(text: string, length: number): string {
  return length > 0 && text.length > length ? `${text.slice(0, length - 3)}...` : text;
}

function decoded(text: unknown): string {
  if (typeof text !== 'string') throw new TypeError(`${formatGo(text)} found, base64 to decode needed`);
  return Buffer.from(text, 'base64').toString();
}

function same(left: unknown, right: unknown): boolean {
  if (typeof left !== 'object' || typeof right !== 'object') return left === right;
  return JSON.stringify(left) === JSON.stringify(right);
}

function order(left: unknown, right: unknown): number {
  const comparable = typeof left === typeof right && (typeof left === 'number' || typeof left === 'string');
  if (!comparable) throw new TypeError(`${formatGo(left)} and ${formatGo(right)} cannot be compared`);
  if (left === right) return 0;
  return (left as string) < (right as string) ? -1 : 1;
}

function length(value: unknown): number {
  if (typeof value === 'string' || Array.isArray(value)) return value.length;
  if (isRecord(value)) return Object.keys(value).length;
  throw new TypeError(`${formatGo(value)} found, a list, map or text needed`);
}

function member(value: unknown, key: unknown): unknown {
  if (Array.isArray(value)) {
    const index = Number(key);
    if (index >= 0 && index < value.length) return value[index];
    throw new TypeError(`index ${formatGo(key)} found, 0 to ${value.length - 1} needed`);
  }
  if (isRecord(value)) return Object.hasOwn(value, String(key)) ? value[String(key)] : undefined;
  if (value === undefined) return undefined;
  throw new TypeError(`${formatGo(value)} found, a list or map needed`);
}

function part(value: unknown, from: number, to: number | undefined): unknown {
  if (typeof value === 'string' || Array.isArray(value)) return value.slice(from, to);
  throw new TypeError(`${formatGo(value)} found, a list or text needed`);
}

/** `%v %s %d %q %x %t %f %5d %-10s %.2f %%`. @see https://pkg.go.dev/fmt */
function formatText(format: string, args: readonly unknown[]): string {
  let next = 0;
  return format.replaceAll(/%([-0]?)(\d*)(?:\.(\d+))?([a-zA-Z%])/g, (_, flag, width, precision, verb) => {
    if (verb === '%') return '%';
    if (next >= args.length) return `%!${verb}(MISSING)`;
    const text = formatVerb(verb, args[next++], precision);
    if (flag === '-') return text.padEnd(Number(width));
    return text.padStart(Number(width), flag === '0' ? '0' : ' ');
  });
}

function formatVerb(verb: string, value: unknown, precision: string | undefined): string {
  if (verb === 'q') return JSON.stringify(String(value ?? ''));
  if (verb === 'f') return Number(value).toFixed(precision === undefined ? 6 : Number(precision));
  if (verb === 'x') return typeof value === 'number' ? value.toString(16) : Buffer.from(String(value)).toString('hex');
  if (verb === 's' && precision !== undefined) return formatGo(value).slice(0, Number(precision));
  return formatGo(value);
}
