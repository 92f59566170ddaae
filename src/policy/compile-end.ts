import { type Cidr, cidrFamily, cidrsOverlap } from '../net/cidr.ts';
import { disjointCidrs } from '../net/disjoint-cidrs.ts';
import type { Family } from '../net/ip.ts';
import { subtractCidrs } from '../net/subtract-cidrs.ts';
import type { RuleContext } from './compile-context.ts';
import type { RuleList } from './compile-list.ts';
import type { EndDraft, ListUse, PortDraft } from './compile-match.ts';
import { mergeRanges } from './merge-ranges.ts';
import type { NormalEntity, PortCondition } from './normal-policy.ts';

/** Longer lists of networks are address lists. */
const mostLiteralNets = 4;

/**
 * What an entity asks of an address, and of source ports and ports that are not to be: destination ports are the
 * caller's.
 *
 * @returns undefined when nothing can match
 */
export function compileEnd(
  which: 'source' | 'destination',
  entity: NormalEntity,
  context: RuleContext & { readonly family?: Family; readonly protocol?: number },
): EndDraft | undefined {
  const found = netsOf(entity, context.family);
  if (found === undefined) return undefined;
  const { nets, notNets } = found;
  const selected = [entity.selector, entity.notSelector].map(
    (selector) => selector && wholeList(context.open({ kind: 'selector', selector })),
  );
  const within = [...listOfNets(nets, context), selected[0], serviceList(entity, context)].filter(isThere);
  const notIn = [...listOfNets(notNets, context), selected[1]].filter(isThere);
  return {
    ...(nets !== undefined && isShort(nets) ? { nets } : {}),
    ...(notNets !== undefined && isShort(notNets) ? { notNets } : {}),
    ...(within.length === 0 ? {} : { in: within }),
    ...(notIn.length === 0 ? {} : { notIn }),
    ...(which === 'source' && entity.ports && { ports: portsOf(entity.ports, entity, context) }),
    ...(entity.notPorts && { notPorts: portsOf(entity.notPorts, entity, context) }),
  };
}

/**
 * The networks of an entity as far as they are of the family, without overlaps; those it excludes are taken out of
 * them where that leaves a few.
 *
 * @returns undefined when no address is left
 */
export function netsOf(
  entity: NormalEntity,
  family: Family | undefined,
): { readonly nets?: readonly Cidr[]; readonly notNets?: readonly Cidr[] } | undefined {
  const [wanted, excluded] = [entity.nets, entity.notNets].map(
    (nets) => nets && disjointCidrs(family === undefined ? nets : nets.filter((net) => cidrFamily(net) === family)),
  );
  const holes = excluded?.filter((hole) => wanted?.some((net) => cidrsOverlap(net, hole)) ?? true) ?? [];
  if (wanted === undefined) return holes.length === 0 ? {} : { notNets: holes };
  if (holes.length === 0) return wanted.length === 0 ? undefined : { nets: wanted };
  const rest = subtractCidrs(wanted, holes);
  if (rest.length === 0) return undefined;
  return isShort(rest) ? { nets: rest } : { nets: wanted, notNets: holes };
}

/** An address in one of these. */
export function endInNets(nets: readonly Cidr[], context: RuleContext): EndDraft {
  return isShort(nets) ? { nets } : { in: listOfNets(nets, context) };
}

function listOfNets(nets: readonly Cidr[] | undefined, context: RuleContext): readonly ListUse[] {
  return nets === undefined || isShort(nets) ? [] : [wholeList(context.open(nets))];
}

function isShort(nets: readonly Cidr[]): boolean {
  return nets.length <= mostLiteralNets;
}

function serviceList({ service, ports }: NormalEntity, context: RuleContext): ListUse | undefined {
  // With its ports it is a list of ports, unless there are others.
  if (service === undefined || (service.withPorts && ports === undefined)) return undefined;
  return wholeList(context.open({ kind: 'service', ...service, withPorts: false }));
}

function portsOf(
  ports: readonly PortCondition[],
  entity: NormalEntity,
  context: RuleContext & { readonly protocol?: number },
): PortDraft {
  return {
    ranges: mergeRanges(ports.flatMap((port) => ('name' in port ? [] : [port]))),
    endpointPorts: ports.flatMap((port) => ('name' in port ? [openNamedPort(port.name, entity, context)] : [])),
  };
}

/** The list of the ports that endpoints of the entity have by this name. */
export function openNamedPort(
  name: string,
  { selector }: NormalEntity,
  { open, protocol }: Pick<RuleContext, 'open'> & { readonly protocol?: number },
): RuleList {
  return open({
    kind: 'named-port',
    name,
    ...(selector && { selector }),
    ...(protocol === undefined ? {} : { protocol }),
  });
}

function wholeList(list: RuleList): ListUse {
  return { list, networksOnly: false };
}

function isThere(use: ListUse | undefined): use is ListUse {
  return use !== undefined;
}
