import type { Selector } from './selector.ts';

/** What every label set that a selector matches says about one label. */
export interface LabelRestriction {
  readonly mustBePresent?: true;
  /** Together with `mustBePresent`: nothing can match. */
  readonly mustBeAbsent?: true;
  /** Sorted; empty = no value will do. Absent = any value. */
  readonly mustHaveOneOfValues?: readonly string[];
}

/**
 * What a selector demands of labels, by label: an index needs to look at objects with these labels only. Necessary, not
 * sufficient: objects that keep to all of it may still not match. Labels that nothing is known of are not in the map.
 */
export function labelRestrictions(selector: Selector): ReadonlyMap<string, LabelRestriction> {
  switch (selector.kind) {
    case 'has':
    case 'contains':
    case 'starts-with':
    case 'ends-with':
      return new Map([[selector.label, { mustBePresent: true }]]);
    case 'equal':
      return new Map([[selector.label, { mustBePresent: true, mustHaveOneOfValues: [selector.value] }]]);
    case 'in':
      return new Map([[selector.label, { mustBePresent: true, mustHaveOneOfValues: selector.values }]]);
    case 'not':
      return selector.operand.kind === 'has' ? new Map([[selector.operand.label, { mustBeAbsent: true }]]) : new Map();
    case 'and':
      return selector.operands.map(labelRestrictions).reduce(both);
    case 'or':
      return selector.operands.map(labelRestrictions).reduce(either);
    default:
      return new Map();
  }
}

type Restrictions = ReadonlyMap<string, LabelRestriction>;

/** What holds when both hold. */
function both(a: Restrictions, b: Restrictions): Restrictions {
  const result = new Map(a);
  for (const [label, right] of b) {
    const left = a.get(label);
    result.set(label, left === undefined ? right : sum(left, right));
  }
  return result;
}

function sum(a: LabelRestriction, b: LabelRestriction): LabelRestriction {
  const [left, right] = [a.mustHaveOneOfValues, b.mustHaveOneOfValues];
  const values =
    left === undefined || right === undefined ? (left ?? right) : left.filter((one) => right.includes(one));
  return restriction(a.mustBePresent ?? b.mustBePresent, a.mustBeAbsent ?? b.mustBeAbsent, values);
}

/** What holds when one of them holds, whichever it is. */
function either(a: Restrictions, b: Restrictions): Restrictions {
  const result = new Map<string, LabelRestriction>();
  for (const [label, left] of a) {
    const right = b.get(label);
    const common = right === undefined ? {} : commonOf(left, right);
    if (Object.keys(common).length > 0) result.set(label, common);
  }
  return result;
}

function commonOf(a: LabelRestriction, b: LabelRestriction): LabelRestriction {
  const [left, right] = [a.mustHaveOneOfValues, b.mustHaveOneOfValues];
  const values = left === undefined || right === undefined ? undefined : [...new Set([...left, ...right])].sort();
  return restriction(a.mustBePresent && b.mustBePresent, a.mustBeAbsent && b.mustBeAbsent, values);
}

function restriction(
  mustBePresent: true | undefined,
  mustBeAbsent: true | undefined,
  mustHaveOneOfValues: readonly string[] | undefined,
): LabelRestriction {
  return {
    ...(mustBePresent === undefined ? {} : { mustBePresent }),
    ...(mustBeAbsent === undefined ? {} : { mustBeAbsent }),
    ...(mustHaveOneOfValues === undefined ? {} : { mustHaveOneOfValues }),
  };
}
