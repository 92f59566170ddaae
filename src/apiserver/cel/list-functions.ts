import { isDeepStrictEqual } from 'node:util';
import type { Environment } from '@marcbachmann/cel-js';
import { registerFunctions } from './register-functions.ts';

type Ordered = string | bigint | number | boolean | Date;

/** Receiver of `sets.contains` and its like. */
class SetsNamespace {}

/**
 * `isSorted`, `sum`, `min`, `max`, `indexOf`, `lastIndexOf` of lists, and `sets.*`.
 *
 * @see Kubernetes documentation "Common Expression Language in Kubernetes", "Kubernetes list library"
 * @see cel-go ext "Sets"
 */
export function registerListFunctions(environment: Environment): void {
  environment
    .registerType('SetsNamespace', SetsNamespace)
    .registerConstant('sets', 'SetsNamespace', new SetsNamespace());
  registerFunctions(environment, {
    'list<T>.isSorted(): bool': (list: readonly Ordered[]) =>
      list.every((item, index) => index === 0 || compare(list[index - 1], item) <= 0),
    'list<T>.min(): T': (list: readonly Ordered[]) => extreme(list, -1, 'min'),
    'list<T>.max(): T': (list: readonly Ordered[]) => extreme(list, 1, 'max'),
    'list<T>.sum(): T': sum,
    'list<T>.indexOf(T): int': (list: readonly unknown[], wanted: unknown) =>
      BigInt(list.findIndex((item) => isEqual(item, wanted))),
    'list<T>.lastIndexOf(T): int': (list: readonly unknown[], wanted: unknown) =>
      BigInt(list.findLastIndex((item) => isEqual(item, wanted))),
    'SetsNamespace.contains(list<T>, list<T>): bool': (
      _sets: SetsNamespace,
      a: readonly unknown[],
      b: readonly unknown[],
    ) => containsAll(a, b),
    'SetsNamespace.equivalent(list<T>, list<T>): bool': (
      _sets: SetsNamespace,
      a: readonly unknown[],
      b: readonly unknown[],
    ) => containsAll(a, b) && containsAll(b, a),
    'SetsNamespace.intersects(list<T>, list<T>): bool': (
      _sets: SetsNamespace,
      a: readonly unknown[],
      b: readonly unknown[],
    ) => a.some((item) => b.some((other) => isEqual(item, other))),
  });
}

function isEqual(a: unknown, b: unknown): boolean {
  return a === b || isDeepStrictEqual(a, b);
}

function containsAll(outer: readonly unknown[], inner: readonly unknown[]): boolean {
  return inner.every((item) => outer.some((other) => isEqual(item, other)));
}

function compare(a: Ordered | undefined, b: Ordered | undefined): number {
  if (a === undefined || b === undefined || a === b) return 0;
  return a < b ? -1 : 1;
}

function extreme(list: readonly Ordered[], sign: 1 | -1, name: string): Ordered {
  const [first, ...rest] = list;
  if (first === undefined) throw new TypeError(`${name} called on an empty list`);
  return rest.reduce((best, item) => (compare(item, best) === sign ? item : best), first);
}

function sum(list: readonly unknown[]): bigint | number {
  if (list.every((item) => typeof item === 'bigint')) return list.reduce((total: bigint, item) => total + item, 0n);
  if (list.every((item) => typeof item === 'number')) return list.reduce((total: number, item) => total + item, 0);
  throw new TypeError('sum needs a list of numbers of one type');
}
