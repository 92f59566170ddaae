import { isRecord } from '../../base/is-record.ts';
import type { JsonRecord } from '../json.ts';

/**
 * A set of fields in the form of FieldsV1: `{"f:spec":{"f:replicas":{}}}`. A step without further steps is a field of
 * the set; one that has some is a field as well when `.` is among them. The root is none: `{}` there is the empty set.
 *
 * @see Kubernetes API reference "FieldsV1"
 */
export interface FieldTree {
  readonly [step: string]: FieldTree;
}

/** One field: `["f:spec", "f:containers", "k:{\"name\":\"a\"}", "f:image"]`. */
export type FieldPath = readonly string[];

const leaf: FieldTree = {};

/** Reads `fieldsV1`; `undefined` when it is not nested objects. */
export function readFieldTree(value: unknown): FieldTree | undefined {
  // Safe: just looked through.
  return isTree(value) ? (value as FieldTree) : undefined;
}

function isTree(value: unknown): boolean {
  return (
    isRecord(value) && Object.entries(value).every(([step, child]) => /^(\.$|[fkvi]:)/.test(step) && isTree(child))
  );
}

/** True for the empty set. */
export function isEmptyTree(tree: FieldTree): boolean {
  for (const _step in tree) return false;
  return true;
}

function isField(tree: FieldTree): boolean {
  return tree['.'] !== undefined || isEmptyTree(tree);
}

/** A node below the root from its parts; `undefined` when nothing is left of it. */
function nodeOf(isMember: boolean, children: Record<string, FieldTree>): FieldTree | undefined {
  if (isEmptyTree(children)) return isMember ? leaf : undefined;
  return isMember ? { '.': leaf, ...children } : children;
}

/** Fields of either. */
export function uniteTrees(a: FieldTree, b: FieldTree): FieldTree {
  if (isEmptyTree(a)) return b;
  if (isEmptyTree(b)) return a;
  const children: Record<string, FieldTree> = { ...a };
  for (const [step, child] of Object.entries(b)) {
    const mine = a[step];
    children[step] = mine === undefined ? child : uniteNodes(mine, child);
  }
  return children;
}

function uniteNodes(a: FieldTree, b: FieldTree): FieldTree {
  const { '.': _a, ...ofA } = a;
  const { '.': _b, ...ofB } = b;
  return nodeOf(isField(a) || isField(b), { ...uniteTrees(ofA, ofB) }) ?? leaf;
}

/** Fields of `a` that are not in `b`. */
export function subtractTree(a: FieldTree, b: FieldTree): FieldTree {
  if (isEmptyTree(b)) return a;
  const children: Record<string, FieldTree> = {};
  for (const [step, child] of Object.entries(a)) {
    if (step === '.') continue;
    const theirs = b[step];
    const left = theirs === undefined ? child : subtractNode(child, theirs);
    if (left !== undefined) children[step] = left;
  }
  return children;
}

function subtractNode(a: FieldTree, b: FieldTree): FieldTree | undefined {
  const { '.': _own, ...below } = subtractTree(a, b);
  return nodeOf(isField(a) && !isField(b), below);
}

/** Fields of both. */
export function intersectTrees(a: FieldTree, b: FieldTree): FieldTree {
  const children: Record<string, FieldTree> = {};
  for (const [step, child] of Object.entries(a)) {
    const theirs = b[step];
    if (step === '.' || theirs === undefined) continue;
    const both = nodeOf(isField(child) && isField(theirs), { ...intersectTrees(child, theirs) });
    if (both !== undefined) children[step] = both;
  }
  return children;
}

/** Every field as a path. */
export function pathsOf(tree: FieldTree): FieldPath[] {
  const found: FieldPath[] = [];
  const visit = (node: FieldTree, path: FieldPath) => {
    for (const [step, child] of Object.entries(node)) {
      if (step === '.') continue;
      if (isField(child)) found.push([...path, step]);
      visit(child, [...path, step]);
    }
  };
  visit(tree, []);
  return found;
}

/** `.spec.containers[name="a"].image`: the path as people read it in a conflict. */
export function formatPath(path: FieldPath): string {
  return path
    .map((step) => {
      if (step.startsWith('f:')) return `.${step.slice(2)}`;
      if (step.startsWith('v:')) return `[=${step.slice(2)}]`;
      if (!step.startsWith('k:')) return `[${step.slice(2)}]`;
      const key: JsonRecord = JSON.parse(step.slice(2));
      const parts = Object.entries(key).map(([field, value]) => `${field}=${JSON.stringify(value)}`);
      return `[${parts.join(',')}]`;
    })
    .join('');
}
