import type { EndMatch, PortMatch, RuleIdentity, Walk } from '../policy/policy-state.ts';

/** What a walk has need of besides its own chains. */
export interface WalkParts {
  readonly rules: readonly RuleIdentity[];
  /** Address lists that single rules ask, sorted. */
  readonly lists: readonly number[];
  /** Port lists that are long, by {@link portListKey}. */
  readonly portLists: ReadonlyMap<string, PortMatch['ranges']>;
}

/** Up to so many ranges are written as rules. */
const shortPortList = 4;

/** Read once for each walk: they are values. */
export function walkParts(walk: Walk): WalkParts {
  const known = cache.get(walk);
  if (known !== undefined) return known;
  const parts = readParts(walk);
  cache.set(walk, parts);
  return parts;
}

/** Equal for equal lists. */
export function portListKey(ranges: PortMatch['ranges']): string {
  return ranges.map(({ first, last }) => `${first}-${last}`).join(',');
}

const cache = new WeakMap<Walk, WalkParts>();

function readParts({ tiers }: Walk): WalkParts {
  const rules: RuleIdentity[] = [];
  const lists = new Set<number>();
  const portLists = new Map<string, PortMatch['ranges']>();
  for (const step of tiers.flatMap(({ steps }) => steps)) {
    if (step.kind === 'fold') {
      rules.push(...step.rules);
      continue;
    }
    rules.push(step.rule);
    for (const end of [step.match.source, step.match.destination]) {
      for (const id of [...(end.in ?? []), ...(end.notIn ?? [])]) lists.add(id);
      for (const ranges of longPortLists(end)) portLists.set(portListKey(ranges), ranges);
    }
  }
  return { rules, lists: [...lists].sort((a, b) => a - b), portLists };
}

function longPortLists({ ports, notPorts }: EndMatch): readonly PortMatch['ranges'][] {
  return [ports, notPorts].flatMap((one) =>
    one !== undefined && one.ranges.length > shortPortList ? [one.ranges] : [],
  );
}
