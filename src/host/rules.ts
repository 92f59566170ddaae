import { hasCode } from '../base/errors.ts';
import type { RoutingRule } from '../net/link.ts';
import { decodeRule, encodeDeleteRule, encodeGetRules, encodeNewRule } from '../netlink/rule.ts';
import type { NetlinkSocket } from './netlink-socket.ts';

/** The policy routing rules of both families that look up a table, the kernel's own included. */
export function listRules(nl: NetlinkSocket): RoutingRule[] {
  return ([4, 6] as const).flatMap((family) =>
    nl.dump(encodeGetRules(family), `list IPv${family} rules`).flatMap(({ body }) => decodeRule(body) ?? []),
  );
}

/** Makes a rule; one that is there already stays. @throws WeftError NETLINK_<ERRNO> */
export function replaceRule(nl: NetlinkSocket, rule: RoutingRule): void {
  try {
    nl.request(encodeNewRule(rule), `add rule "${describe(rule)}"`);
  } catch (error) {
    if (!hasCode(error, 'NETLINK_EEXIST')) throw error;
  }
}

/** Idempotent. */
export function deleteRule(nl: NetlinkSocket, rule: RoutingRule): void {
  try {
    nl.request(encodeDeleteRule(rule), `delete rule "${describe(rule)}"`);
  } catch (error) {
    if (!hasCode(error, 'NETLINK_ENOENT')) throw error;
  }
}

function describe(rule: RoutingRule): string {
  return `${rule.priority} table ${rule.table}`;
}
