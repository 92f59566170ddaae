import type { Direction } from '../../policy/direction.ts';
import { chainNames } from '../../render/chain-names.ts';
import { workloadDispatch } from '../../render/endpoint-chains.ts';
import { policyRules } from '../../render/policy-rules.ts';
import type { WalkedChain, WalkedRule } from './chain-walk.ts';
import type { Counted } from './node-policy.ts';

/** What `policy chains` shows. */
export interface ShownChains {
  readonly pod: string;
  readonly node: string;
  readonly device: string;
  readonly walks: readonly { readonly direction: Direction; readonly chains: readonly WalkedChain[] }[];
  /** By chain; absent: nobody was asked. */
  readonly counted?: Readonly<Record<string, Counted>>;
}

/** Elements of a lookup that are shown. */
const shownElements = 8;
/** Where explanations begin, unless what they explain is longer. */
const column = 44;

const numbers = `A packet's priority holds what is looked for, the number of a fold, and then what was found, the number of a rule; it
is none before and after. A rule that allows returns to filter-forward, where the policy of the other end is asked.`;

/** The hops of both directions, a line each. */
export function chainsText(shown: ShownChains): string {
  const blocks = shown.walks.map(({ direction, chains }) => {
    const heading = `${direction === 'ingress' ? 'Ingress to' : 'Egress from'} pod ${shown.pod} on ${shown.node}, device ${shown.device}`;
    const lines = [
      ...baseLines(shown.device, direction),
      ...chains.flatMap((chain) => chainLines(chain, shown.counted)),
    ];
    return `${[heading, '', ...lines].join('\n')}\n`;
  });
  return `${blocks.join('\n')}\n${numbers}\n`;
}

/** What programs read; the keys are stable. */
export function chainObject({ pod, node, device, walks, counted }: ShownChains): object {
  return {
    pod,
    node,
    device,
    walks: walks.map(({ direction, chains }) => ({
      direction,
      chains: chains.map((chain) => ({ ...chain, ...(counted?.[chain.name] ?? {}) })),
    })),
  };
}

/** The way from the hook of the kernel to the pod's own chain, and what is done with the rule that is found. */
function baseLines(device: string, direction: Direction): readonly string[] {
  const [field, verb, ask] =
    direction === 'ingress'
      ? ['oifname', 'goto', chainNames.toWorkloads]
      : ['iifname', 'jump', chainNames.fromWorkloads];
  const dispatch = chainNames.workloads(direction);
  return [
    explained('filter-forward', 'packets that the node forwards'),
    explained('  ct state established,related accept', 'connections that were allowed are not asked again'),
    `  ${field} "cali*" ${verb} ${ask}`,
    ask,
    ...policyRules(dispatch, direction).map(({ match, action, comment }) =>
      explained(`  ${match === '' ? action : `${match} ${action}`}`, comment),
    ),
    dispatch,
    `  ${field} vmap @${workloadDispatch(direction)}`,
    `    ${device} : goto ${chainNames.workload(device, direction)}`,
  ];
}

function chainLines({ name, comment, rules }: WalkedChain, counted: ShownChains['counted']): readonly string[] {
  const packets = countText(counted?.[name]);
  const words = [packets, comment ?? ''].filter((part) => part !== '').join('; ');
  return [explained(name, words), ...rules.flatMap(ruleLines)];
}

function countText(count: Counted | undefined): string {
  if (count === undefined) return '';
  return `${count.packets} packet${count.packets === 1 ? '' : 's'}, ${count.bytes} bytes`;
}

function ruleLines({ text, comment, elements }: WalkedRule): readonly string[] {
  const more = elements.length - shownElements;
  return [
    explained(`  ${text}`, comment),
    ...elements.slice(0, shownElements).map(({ key, value, comment: who = '' }) => {
      return explained(`    ${key.slice(1).join(' . ')} : ${value}`, who);
    }),
    ...(more > 0 ? [`    and ${more} more`] : []),
  ];
}

function explained(text: string, words: string): string {
  return words === '' ? text : `${text.padEnd(column)}  # ${words}`;
}
