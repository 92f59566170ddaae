import type { EndMatch, PolicyState, RuleMatch, Step } from '../policy-state.ts';

/**
 * What a state says, without the numbers by which it says it: ids of folds and lists are replaced by what is in the
 * collections under them. States with the same content enforce the same.
 */
export function stateContent(state: PolicyState): unknown {
  const members = membersById(state);
  const used = new Set<number>();
  const content = (id: number): unknown => {
    used.add(id);
    return members.get(id)?.toSorted() ?? [];
  };
  const walks = [...state.walks].map(([key, walk]) => {
    const tiers = walk.tiers.map((tier) => ({ ...tier, steps: tier.steps.map((step) => stepContent(step, content)) }));
    return [key, { ...walk, tiers }];
  });
  const { workloads, hostEndpoints, warnings } = state;
  const stray = [...members.keys()].filter((id) => !used.has(id));
  return { workloads, hostEndpoints, warnings, walks, stray };
}

function membersById({ collections, networks }: PolicyState): ReadonlyMap<number, string[]> {
  const members = new Map<number, string[]>();
  const note = (id: number, text: string) => members.set(id, [...(members.get(id) ?? []), text]);
  const { peerPorts, peerProtocols, peers, ports, addresses, endpointPorts } = collections;
  for (const [name, byFamily] of Object.entries({ peerPorts, peerProtocols, peers })) {
    for (const snapshot of [byFamily[4], byFamily[6]]) {
      for (const { id, rule, ...rest } of snapshot.values()) note(id, JSON.stringify([name, rule, rest]));
    }
  }
  for (const { id, rule, ...rest } of ports.values()) note(id, JSON.stringify(['ports', rule, rest]));
  for (const [name, byFamily] of Object.entries({ addresses, endpointPorts })) {
    for (const snapshot of [byFamily[4], byFamily[6]]) {
      for (const { id, ...rest } of snapshot.values()) note(id, JSON.stringify([name, rest]));
    }
  }
  for (const { id, comment, nets } of networks.values()) {
    for (const net of [...nets[4].values(), ...nets[6].values()]) note(id, JSON.stringify(['networks', comment, net]));
  }
  return members;
}

function stepContent(step: Step, content: (id: number) => unknown): unknown {
  return step.kind === 'fold'
    ? { ...step, id: content(step.id) }
    : { ...step, match: matchContent(step.match, content) };
}

function matchContent(match: RuleMatch, content: (id: number) => unknown): unknown {
  const end = ({ ports, notPorts, ...rest }: EndMatch) => ({
    ...rest,
    in: rest.in?.map(content),
    notIn: rest.notIn?.map(content),
    ports: ports && { ...ports, endpointPorts: ports.endpointPorts.map(content) },
    notPorts: notPorts && { ...notPorts, endpointPorts: notPorts.endpointPorts.map(content) },
  });
  return { ...match, source: end(match.source), destination: end(match.destination) };
}
