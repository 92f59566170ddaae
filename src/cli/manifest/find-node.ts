import { type Document, isMap, isPair, isScalar, isSeq, type Node, type Pair } from 'yaml';

/**
 * The offset in the text of a field of a parsed document: that of its key, of the item for a list, of the nearest thing
 * around it when it is missing. Keys may contain dots (labels do) and differ in case (calicoctl's documents do).
 *
 * @param field `spec.rules[2].action`
 */
export function findNode(document: Document, field: string): number | undefined {
  let offset = document.contents?.range?.[0];
  let node: unknown = document.contents;
  let rest = field;
  while (rest !== '') {
    const step = isMap(node) ? mapStep(node.items, rest) : isSeq(node) ? listStep(node.items, rest) : undefined;
    if (step === undefined) return offset;
    offset = step.offset ?? offset;
    rest = step.rest;
    node = step.node;
  }
  return offset;
}

interface Step {
  readonly node: unknown;
  readonly offset: number | undefined;
  readonly rest: string;
}

function mapStep(pairs: readonly Pair[], field: string): Step | undefined {
  const wanted = field.toLowerCase();
  let best: { pair: Pair; key: string } | undefined;
  for (const pair of pairs) {
    if (!isPair(pair) || !isScalar(pair.key)) continue;
    const key = String(pair.key.value);
    const fits = wanted.startsWith(key.toLowerCase()) && ['.', '[', undefined].includes(field[key.length]);
    if (fits && (best === undefined || key.length > best.key.length)) best = { pair, key };
  }
  if (best === undefined) return undefined;
  return {
    node: best.pair.value,
    offset: (best.pair.key as Node).range?.[0],
    rest: field.slice(best.key.length).replace(/^\./, ''),
  };
}

function listStep(items: readonly unknown[], field: string): Step | undefined {
  const index = /^\[(\d+)\]\.?/.exec(field);
  const node = items[Number(index?.[1] ?? Number.NaN)];
  if (index === null || node === undefined) return undefined;
  return { node, offset: (node as Node).range?.[0], rest: field.slice(index[0].length) };
}
