import type { Chain, NftMap, NftSet } from '../nft/model.ts';
import type { PolicySettings } from '../policy/policy-settings.ts';
import type { FoldLookup, PolicyState, Walk, WorkloadWalks } from '../policy/policy-state.ts';
import { renderSystemDrops } from './drop-rules.ts';
import { renderWorkloadChains, renderWorkloadDispatch } from './endpoint-chains.ts';
import { renderFailsafeSets } from './failsafe-rules.ts';
import { renderFoldFinders } from './fold-finders.ts';
import { renderHostPhase } from './host-endpoint-chains.ts';
import { type HostPhase, hostPhases } from './host-phases.ts';
import type { MatchContext } from './match-conditions.ts';
import { type NamedSets, nameSets, type SetLimits } from './named-sets.ts';
import { renderFoldMaps, renderListSets } from './policy-sets.ts';
import { renderRuleChains } from './rule-chains.ts';
import { renderWalkChains, renderWalkEnds, walkEntry } from './walk-chains.ts';
import { portListKey, walkParts } from './walk-parts.ts';

/** The policy part of what a node has to enforce. */
export interface PolicyRendering {
  readonly state: PolicyState;
  readonly settings: PolicySettings;
}

/** The policy part of the table. */
export interface PolicyTable {
  readonly sets: readonly NftSet[];
  readonly maps: readonly NftMap[];
  readonly chains: readonly Chain[];
}

const setLimits: SetLimits = { networks: 400, ports: 200 };

/**
 * Everything that the base chains lead to: dispatch by device, one pair of chains for each endpoint, the chains of the
 * walks, one chain for each rule, and the collections they look in. What is the same in two states is the same object
 * in both tables, so that a change costs what it changes.
 */
export function renderPolicyTable({ state, settings }: PolicyRendering, limits = setLimits): PolicyTable {
  const of = structureOf(state, settings, limits);
  const last = lastRendered.get(state.walks);
  const isLast = last?.of.every((part, i) => Object.is(part, of[i])) === true;
  const structure = isLast ? last.table : renderStructure({ state, settings }, limits);
  if (!isLast) lastRendered.set(state.walks, { of, table: structure });
  const { collections } = state;
  return {
    sets: [...structure.sets, ...renderListSets(collections)],
    maps: [...structure.maps, ...renderFoldMaps(collections)],
    chains: structure.chains,
  };
}

/** All but the collections. */
function renderStructure({ state, settings }: PolicyRendering, limits: SetLimits): PolicyTable {
  const named = nameSets(state, limits);
  const rules = renderRuleChains(state, settings);
  const hosts = (Object.keys(hostPhases) as HostPhase[]).flatMap(
    (phase) => renderHostPhase(phase, state.hostEndpoints, hostEntry(state, phase), settings) ?? [],
  );
  return {
    sets: [...(hosts.length === 0 ? [] : renderFailsafeSets(settings)), ...named.sets],
    maps: [...renderWorkloadDispatch(state.workloads), ...hosts.map(({ map }) => map), ...rules.maps],
    chains: [
      ...hosts.flatMap(({ chains }) => chains),
      ...state.workloads.flatMap((workload) => workloadChains(workload, state)),
      ...walkChains(state, named),
      ...rules.chains,
      ...renderWalkEnds(state.walks.values(), settings),
      ...renderSystemDrops(settings),
    ],
  };
}

interface RenderedPart {
  readonly of: readonly unknown[];
  readonly table: PolicyTable;
}

/** By walks: what was rendered last with them. */
const lastRendered = new WeakMap<PolicyState['walks'], RenderedPart>();

/** All but the elements of the collections is the same as long as these are. */
function structureOf(state: PolicyState, settings: PolicySettings, limits: SetLimits): readonly unknown[] {
  const filled = [...filledCollections(state.collections)].join();
  return [state.workloads, state.hostEndpoints, state.networks, settings, limits, filled];
}

function hostEntry({ walks }: PolicyState, phase: HostPhase): (walk: string) => string {
  return (walk) => walkEntry(walks.get(walk), hostPhases[phase].direction);
}

const renderedWorkloads = new WeakMap<WorkloadWalks, { readonly entries: string; readonly chains: readonly Chain[] }>();

function workloadChains(workload: WorkloadWalks, { walks }: PolicyState): readonly Chain[] {
  const entryOf = (key: string) => walkEntry(walks.get(key), key === workload.ingress ? 'ingress' : 'egress');
  const entries = `${entryOf(workload.ingress)} ${entryOf(workload.egress)}`;
  const known = renderedWorkloads.get(workload);
  if (known?.entries === entries) return known.chains;
  const chains = renderWorkloadChains(workload, entryOf);
  renderedWorkloads.set(workload, { entries, chains });
  return chains;
}

const renderedWalks = new WeakMap<Walk, { readonly version: string; readonly chains: readonly Chain[] }>();

/** A walk's chains are written again only when it is another walk, or what it looks in has become another thing. */
function walkChains({ walks, collections }: PolicyState, named: NamedSets): readonly Chain[] {
  const filled = filledCollections(collections);
  const context: MatchContext = {
    hasAddresses: (family) => filled.has(`addresses ${family}`),
    hasEndpointPorts: (family) => filled.has(`endpointPorts ${family}`),
    ...named,
  };
  const common = `${context.hasAddresses(4)} ${context.hasAddresses(6)} ${context.hasEndpointPorts(4)} ${context.hasEndpointPorts(6)}`;
  const finders = renderFoldFinders(walks.values(), (lookup) =>
    ([4, 6] as const).filter((family) => filled.has(`${lookup} ${family}`)),
  );
  const chains = [...walks.values()].flatMap((walk) => {
    const { lists, portLists } = walkParts(walk);
    const ports = [...portLists.values()].map((ranges) => named.portSetOf(ranges) ?? portListKey(ranges));
    const version = [common, ...lists.map(named.listVersion), ...ports].join(' ');
    const known = renderedWalks.get(walk);
    if (known?.version === version) return known.chains;
    const rendered = renderWalkChains(walk, context);
    renderedWalks.set(walk, { version, chains: rendered });
    return rendered;
  });
  return [...chains, ...finders];
}

/** `peer-port 4`, ...: nobody need look in the others. */
function filledCollections(collections: PolicyState['collections']): ReadonlySet<string> {
  const byFamily = {
    'peer-port': collections.peerPorts,
    'peer-protocol': collections.peerProtocols,
    peer: collections.peers,
    addresses: collections.addresses,
    endpointPorts: collections.endpointPorts,
  } satisfies Partial<Record<FoldLookup | 'addresses' | 'endpointPorts', unknown>>;
  const filled = Object.entries(byFamily).flatMap(([name, collection]) =>
    ([4, 6] as const).flatMap((family) => (collection[family].size > 0 ? [`${name} ${family}`] : [])),
  );
  return new Set([...filled, ...(collections.ports.size > 0 ? ['port 4'] : [])]);
}
