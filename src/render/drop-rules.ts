import type { Chain, Rule } from '../nft/model.ts';
import { encodeLogPrefix, type LogReason, type SystemDrop } from '../policy/log-prefix.ts';
import type { PolicySettings } from '../policy/policy-settings.ts';
import { chainNames } from './chain-names.ts';
import { fitComment } from './fit-comment.ts';

/** What of the settings says how packets are dropped and reported. */
export type DropSettings = Pick<PolicySettings, 'denyAction' | 'logPerSecond'>;

/** The rules that report a packet and drop it. What is no policy's doing is never answered with a rejection. */
export function dropRules(reason: LogReason, why: string, settings: DropSettings): readonly Rule[] {
  const action = reason.kind === 'system' ? 'drop' : settings.denyAction;
  return [logRule(reason, settings), { match: '', action, comment: fitComment(why) }];
}

/** The rule that reports a packet. It has a limit of its own. */
export function logRule(reason: LogReason, { logPerSecond }: DropSettings): Rule {
  return {
    match: `limit rate ${logPerSecond}/second burst 5 packets`,
    action: `log prefix "${encodeLogPrefix(reason)}" group ${reason.direction === 'ingress' ? 1 : 2}`,
    comment: 'tell the agent',
    uncounted: true,
  };
}

/** Chains for everything that is dropped whatever the policies say. */
export function renderSystemDrops(settings: DropSettings): readonly Chain[] {
  return drops.map(({ drop, direction, why }) => ({
    name: chainNames.drop(drop, direction),
    rules: dropRules({ kind: 'system', direction, drop }, why, settings),
  }));
}

const drops: readonly {
  readonly drop: SystemDrop;
  readonly direction: LogReason['direction'];
  readonly why: string;
}[] = [
  { drop: 'unknown', direction: 'ingress', why: 'drop: to a device of no pod that this node knows (yet, or any more)' },
  {
    drop: 'unknown',
    direction: 'egress',
    why: 'drop: from a device of no pod that this node knows (yet, or any more)',
  },
  { drop: 'spoofed', direction: 'egress', why: 'drop: the source is not an address of the pod' },
  { drop: 'invalid', direction: 'ingress', why: 'drop: belongs to no connection and cannot begin one' },
  { drop: 'invalid', direction: 'egress', why: 'drop: belongs to no connection and cannot begin one' },
  { drop: 'tunnel', direction: 'ingress', why: 'drop: a tunnel packet, and not from a node of the cluster' },
  { drop: 'tunnel', direction: 'egress', why: 'drop: a pod that speaks the protocol of the tunnel' },
  { drop: 'to-host', direction: 'egress', why: 'drop: pods may not talk to their node (defaultEndpointToHostAction)' },
  { drop: 'no-rule', direction: 'ingress', why: 'drop: a rule was found that is not there' },
  { drop: 'no-rule', direction: 'egress', why: 'drop: a rule was found that is not there' },
];
