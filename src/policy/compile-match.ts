import type { Family } from '../net/ip.ts';
import type { RuleList } from './compile-list.ts';
import type { IcmpCondition } from './normal-policy.ts';
import type { EndMatch, PortMatch, RuleMatch } from './policy-state.ts';

/** A {@link RuleMatch} that names lists by what they are: ids are given when a walk uses it. */
export interface MatchDraft {
  readonly family?: Family;
  readonly protocol?: number;
  readonly notProtocol?: number;
  readonly icmp?: IcmpCondition;
  readonly notIcmp?: IcmpCondition;
  readonly source: EndDraft;
  readonly destination: EndDraft;
}

/** One end of a {@link MatchDraft}. */
export type EndDraft = Omit<EndMatch, 'in' | 'notIn' | 'ports' | 'notPorts'> & {
  readonly in?: readonly ListUse[];
  readonly notIn?: readonly ListUse[];
  readonly ports?: PortDraft;
  readonly notPorts?: PortDraft;
};

/** A list, and whether its addresses are needed in it, or its networks only. */
export interface ListUse {
  readonly list: RuleList;
  readonly networksOnly: boolean;
}

/** A {@link PortMatch} with lists. */
export interface PortDraft {
  readonly ranges: PortMatch['ranges'];
  readonly endpointPorts: readonly RuleList[];
}

/** The match with ids in the place of lists. */
export function matchWithIds(draft: MatchDraft, idOf: (use: ListUse) => number): RuleMatch {
  return { ...draft, source: endWithIds(draft.source, idOf), destination: endWithIds(draft.destination, idOf) };
}

function endWithIds(end: EndDraft, idOf: (use: ListUse) => number): EndMatch {
  const { in: within, notIn, ports, notPorts, ...rest } = end;
  return {
    ...rest,
    ...(within === undefined ? {} : { in: within.map(idOf) }),
    ...(notIn === undefined ? {} : { notIn: notIn.map(idOf) }),
    ...(ports === undefined ? {} : { ports: portsWithIds(ports, idOf) }),
    ...(notPorts === undefined ? {} : { notPorts: portsWithIds(notPorts, idOf) }),
  };
}

function portsWithIds({ ranges, endpointPorts }: PortDraft, idOf: (use: ListUse) => number): PortMatch {
  return { ranges, endpointPorts: endpointPorts.map((list) => idOf({ list, networksOnly: false })) };
}

/** Says the same for equal matches, and nothing of ids: part of what walks are told apart by. */
export function formatMatch(draft: MatchDraft): string {
  return JSON.stringify(draft, (key, value) => {
    if (key === 'list') return (value as RuleList).key;
    if (key === 'endpointPorts') return (value as readonly RuleList[]).map((list) => list.key);
    return value;
  });
}
