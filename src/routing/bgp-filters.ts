import type { BGPFilter, BGPFilterOperation, BGPFilterRule } from '../api/calico-bgp.ts';
import { validateBgpFilter } from '../api/validate-bgp-filter.ts';
import { isSet } from '../base/is-set.ts';
import { objectText } from '../base/object-text.ts';
import { cidrFamily, cidrLength, cidrOf, parseIpWithPrefix } from '../net/cidr.ts';
import { addressBits } from '../net/ip.ts';
import { plainCommunity } from './bgp-communities.ts';
import type { BgpFilterOperation, BgpFilterRule, BgpFilterState, BgpSession } from './bgp-state.ts';

/**
 * The filters that sessions use, sorted by name. One that does not exist or cannot be read is `missing`, so that every
 * route is refused: leaving out a rule could let through what it was to stop.
 */
export function bgpFilters(
  objects: readonly BGPFilter[],
  sessions: readonly BgpSession[],
  problems: Set<string>,
): readonly BgpFilterState[] {
  const byName = new Map(objects.map((object) => [object.metadata.name, object]));
  const users = new Map<string, string>();
  for (const { filters, origin } of sessions) {
    for (const name of filters) if (!users.has(name)) users.set(name, objectText(origin));
  }
  return [...users.keys()].sort().map((name) => {
    const object = byName.get(name);
    const problem = object === undefined ? 'does not exist' : problemOf(object);
    if (object === undefined || problem !== undefined) {
      problems.add(
        `BGPFilter "${name}" ${problem}: ${users.get(name)} uses it, all routes of its sessions are refused`,
      );
      return { name, missing: true, importV4: [], exportV4: [], importV6: [], exportV6: [] };
    }
    const { importV4 = [], exportV4 = [], importV6 = [], exportV6 = [] } = object.spec;
    return {
      name,
      missing: false,
      importV4: importV4.map(readRule),
      exportV4: exportV4.map(readRule),
      importV6: importV6.map(readRule),
      exportV6: exportV6.map(readRule),
    };
  });
}

function problemOf(object: BGPFilter): string | undefined {
  const error = validateBgpFilter(object)[0];
  if (error !== undefined) return `is wrong at ${error.field}: ${error.reason}`;
  for (const list of ['exportV4', 'importV4', 'exportV6', 'importV6'] as const) {
    for (const [index, rule] of (object.spec[list] ?? []).entries()) {
      const { min, max } = readCondition(rule).prefixLength ?? { min: 0, max: 0 };
      if (min > max) {
        return `is wrong at spec.${list}[${index}].prefixLength: min ${min} is above max ${max}`;
      }
    }
  }
  return undefined;
}

function readRule(rule: BGPFilterRule): BgpFilterRule {
  const { peerType, priority } = rule;
  return {
    ...readCondition(rule),
    fromRemotePeers: rule.source === 'RemotePeers',
    ...(isSet(rule.interface) ? { interface: rule.interface } : {}),
    ...(peerType === undefined ? {} : { peerType }),
    communities: (rule.communities?.values ?? []).map(plainCommunity),
    asPathPrefix: rule.asPathPrefix ?? [],
    ...(priority === undefined ? {} : { priority }),
    action: rule.action,
    operations: (rule.operations ?? []).flatMap(readOperation),
  };
}

/** Lengths that are not given: from that of the network to a host's. */
function readCondition({
  cidr,
  matchOperator,
  prefixLength,
}: BGPFilterRule): Pick<BgpFilterRule, 'cidr' | 'prefixLength'> {
  if (!isSet(cidr) || matchOperator === undefined) return {};
  const read = parseIpWithPrefix(cidr);
  const network = cidrOf(read.ip, read.prefixLength);
  const condition = { cidr: { network, operator: matchOperator } };
  if (prefixLength === undefined) return condition;
  const { min = cidrLength(network), max = addressBits(cidrFamily(network)) } = prefixLength;
  return { ...condition, prefixLength: { min, max } };
}

function readOperation({
  addCommunity,
  prependASPath,
  setPriority,
}: BGPFilterOperation): readonly BgpFilterOperation[] {
  if (addCommunity !== undefined) return [{ kind: 'add community', value: plainCommunity(addCommunity.value) }];
  if (prependASPath !== undefined) return [{ kind: 'prepend AS path', path: prependASPath.prefix }];
  return setPriority === undefined ? [] : [{ kind: 'set priority', value: setPriority.value }];
}
