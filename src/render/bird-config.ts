import { address, number } from '../bird/expressions.ts';
import type { BirdBlock, BirdConfiguration, BirdItem, BirdOption, BirdPart } from '../bird/model.ts';
import { option } from '../bird/option.ts';
import type { BirdExpression } from '../bird/statement.ts';
import type { BgpState } from '../routing/bgp-state.ts';
import { exportToPeers } from './bird-export.ts';
import { type BirdFamily, birdFamilies } from './bird-family.ts';
import { filterPart } from './bird-filters.ts';
import { refuseForeign, refuseOwn } from './bird-import.ts';
import { kernelPart } from './bird-kernel.ts';
import { priorityFromPeer, priorityToPeer } from './bird-priority.ts';
import { bfdBlock, sessionPart } from './bird-session.ts';
import { birdSets } from './bird-sets.ts';
import { staticParts } from './bird-statics.ts';

/**
 * BIRD's whole configuration of one node, both IP versions.
 *
 * @param passwords by `SECRET/KEY`; a session whose password is missing or cannot be written is left out
 */
export function renderBirdConfiguration(state: BgpState, passwords: ReadonlyMap<string, string>): BirdConfiguration {
  const families = birdFamilies(state);
  return {
    parts: [
      options(state),
      interfaces(state, families),
      ...families.flatMap((family) => familyParts(family, state)),
      ...bfdParts(state),
      ...state.sessions.map((session) => sessionPart(session, state, passwords)),
    ],
  };
}

function options(state: BgpState): BirdPart {
  return {
    comment: [
      `BIRD 2 on node ${state.node}, AS ${state.asNumber}`,
      'Written by the Weft agent, which replaces this file whenever the cluster changes: changes by hand are lost',
    ],
    items: [
      ...logging[state.logSeverity],
      option('router id', address(state.routerId)),
      { ...option('graceful restart wait', number(10)), comment: 'a peer that stays away does not hold up the others' },
    ],
  };
}

const everything = [option('log stderr all'), option('debug protocols all')];
const trouble = ['warning', 'error', 'auth', 'fatal', 'bug'];

/** BIRD's classes of messages for Calico's severities; state changes of sessions are of class trace. */
const logging: Readonly<Record<BgpState['logSeverity'], readonly BirdItem[]>> = {
  Trace: everything,
  Debug: everything,
  Info: [
    log('info', 'remote', 'trace', ...trouble),
    option('debug protocols', { kind: 'keywords', words: ['states'] }),
  ],
  Warning: [log(...trouble)],
  Error: [log('error', 'auth', 'fatal', 'bug')],
  Fatal: [log('fatal', 'bug')],
  // Without any line BIRD would log everything.
  None: [log('bug')],
};

function log(...classes: readonly string[]): BirdOption {
  return option('log stderr', { kind: 'keywords', words: classes });
}

function interfaces(state: BgpState, families: readonly BirdFamily[]): BirdPart {
  const ignored = ['cali*', 'kube-ipvs*', ...state.ignoredInterfaces];
  const patterns: readonly BirdExpression[] = [
    ...ignored.map((pattern) => ({ kind: 'pattern', negated: true, pattern }) as const),
    { kind: 'pattern', pattern: '*' },
  ];
  const channels = families.map(({ family }) => option(`ipv${family}`));
  const direct: BirdBlock = {
    kind: 'block',
    head: ['protocol direct'],
    items: [...channels, option('interface', patterns)],
  };
  return {
    comment: ['Interfaces and the networks on them, but for those of pods, services and ignoredInterfaces'],
    items: [
      { kind: 'block', head: ['protocol device'], items: [option('scan time', number(2))] },
      ...(channels.length === 0 ? [] : [direct]),
    ],
  };
}

function familyParts(state: BirdFamily, { filters, clusterAsNumbers }: BgpState): readonly BirdPart[] {
  const { family, priority } = state;
  const sets = birdSets(state);
  const items = Object.values(sets);
  const used = filters.filter(({ name }) => state.sessions.some((session) => session.filters.includes(name)));
  return [
    ...(items.length === 0 ? [] : [{ comment: [`Networks, IPv${family}`], items }]),
    kernelPart(state, sets),
    ...staticParts(state),
    {
      comment: [`What is taken from peers and told to peers, IPv${family}`],
      items: [
        priorityFromPeer(`priority_from_peer${family}`, priority),
        priorityToPeer(`priority_to_peer${family}`, priority),
        refuseOwn(state, sets),
        refuseForeign(state, sets, clusterAsNumbers),
        exportToPeers(state, sets),
      ],
    },
    ...used.flatMap((filter) => filterPart(filter, family, priority) ?? []),
  ];
}

/** BFD is there only when a session uses it: it opens ports. */
function bfdParts(state: BgpState): readonly BirdPart[] {
  if (state.sessions.every(({ bfd }) => bfd === undefined)) return [];
  const items = [
    bfdBlock(['interface', { kind: 'pattern', pattern: '*' }], state.bfd),
    bfdBlock(['multihop'], state.bfd),
  ];
  return [{ comment: ['Failure detection'], items: [{ kind: 'block', head: ['protocol bfd'], items }] }];
}
