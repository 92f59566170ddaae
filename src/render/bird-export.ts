import { all, any, device, learnedFrom, netIn, network, number, operation, quoted, word } from '../bird/expressions.ts';
import type { BirdItem } from '../bird/model.ts';
import type { BirdStatement } from '../bird/statement.ts';
import { accept, reject, remark, when } from '../bird/statements.ts';
import type { BirdFamily } from './bird-family.ts';
import { communityParts } from './bird-filters.ts';
import { type BirdSets, whenIn } from './bird-sets.ts';

/** Devices of pods; routes over tunnels lead to other nodes, which speak for themselves. */
const podDevice = device('cali*');
const tunnelDevices = ['tunl0', '*.cali', '*.calico', 'flannel.*'];

/**
 * What every peer learns, after the BGPFilters of its session: own blocks as wholes, borrowed addresses, services, and
 * what other peers said of exported pools. A route that is not accepted here is not told.
 */
export function exportToPeers(state: BirdFamily, sets: BirdSets): BirdItem {
  return {
    kind: 'function',
    name: `export${state.family}`,
    parameters: [],
    body: [
      ...refusals(sets),
      ...state.communities.flatMap(({ cidr, communities }) => addCommunities(cidr, communities)),
      ...ownBlocks(state, sets),
      ...services(state, sets),
      ...pools(sets),
    ],
  };
}

function refusals(sets: BirdSets): readonly BirdStatement[] {
  return [
    ...whenIn(sets.unexported_pools, reject),
    remark('Routes over tunnels lead to other nodes, which speak for themselves.'),
    when(any(...tunnelDevices.map(device)), reject),
  ];
}

function addCommunities(
  cidr: BirdFamily['communities'][number]['cidr'],
  communities: readonly string[],
): readonly BirdStatement[] {
  const body = communities.map((value): BirdStatement => ({ kind: 'add community', parts: communityParts(value) }));
  if (body.length === 0) return [];
  return [{ kind: 'if', condition: operation('net', '~', network(cidr)), body, origin: advertisements }];
}

const advertisements = 'BGPConfiguration "default"';

function ownBlocks({ priority }: BirdFamily, sets: BirdSets): readonly BirdStatement[] {
  const whole = whenIn(sets.own_blocks, accept);
  if (sets.inside_own_blocks === undefined) return whole;
  const part = all(netIn(sets.inside_own_blocks.name), operation('source', '!=', word('RTS_BGP')));
  return [
    ...whole,
    remark('The block stands for its addresses, but for a machine that is just arriving.'),
    when(part, when(all(podDevice, operation('krt_metric', '<', number(priority))), accept), reject),
  ];
}

function services({ family, announced }: BirdFamily, sets: BirdSets): readonly BirdStatement[] {
  return [
    ...(announced.length === 0 ? [] : [when(operation('proto', '=', quoted(`services${family}`)), accept)]),
    ...(sets.passed_on === undefined ? [] : [when(all(learnedFrom('RTS_BGP'), netIn(sets.passed_on.name)), accept)]),
  ];
}

function pools(sets: BirdSets): readonly BirdStatement[] {
  if (sets.exported_pools === undefined) return [];
  const known = any(learnedFrom('RTS_BGP'), all(learnedFrom('RTS_INHERIT'), podDevice));
  return [
    remark('Borrowed addresses, and what other peers say.'),
    when(all(netIn(sets.exported_pools.name), known), accept),
  ];
}
