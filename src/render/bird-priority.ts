import { all, any, number, operation, word } from '../bird/expressions.ts';
import type { BirdItem } from '../bird/model.ts';
import type { BirdStatement } from '../bird/statement.ts';

/**
 * A route's priority is its metric in kernels, less is better: 1024 as a rule, 512 for a machine on the move. Between
 * routers it travels as local preference, more is better, {@link highest} minus the metric.
 */
export const highest = 2147483647;

/** A local preference from here on is a priority; less is somebody's own (100 is everybody's default). */
const leastPriority = 1073741824;

/** Preferences of sources in BIRD's table: BGP has 100, static routes 200. */
export const podPreference = 150;
const elevatedPreference = 190;
const bgpPreference = 100;

/** `krt_metric` and BIRD's preference from the local preference of a received route. */
export function priorityFromPeer(name: string, normal: number): BirdItem {
  return {
    kind: 'function',
    name,
    parameters: [],
    body: [
      { kind: 'set', attribute: 'krt_metric', value: number(normal) },
      {
        kind: 'if',
        condition: all(
          { kind: 'defined', attribute: 'bgp_local_pref' },
          operation('bgp_local_pref', '>=', number(leastPriority)),
        ),
        body: [
          { kind: 'set', attribute: 'krt_metric', value: operation(number(highest), '-', word('bgp_local_pref')) },
        ],
      },
      {
        kind: 'comment',
        text: 'A better priority than normal wins over a pod with this address on this node: the pod has moved.',
      },
      {
        kind: 'if',
        condition: operation('krt_metric', '<', number(normal)),
        body: [{ kind: 'set', attribute: 'preference', value: number(elevatedPreference) }],
      },
    ],
  };
}

/**
 * The local preference of a route that begins here, from its metric; what came from a peer has its own. The agent's routes
 * to pods have metric 0, which is no wish: it is the normal priority.
 */
export function priorityToPeer(name: string, normal: number): BirdItem {
  return {
    kind: 'function',
    name,
    parameters: [],
    body: [
      {
        kind: 'if',
        condition: any(
          { kind: 'not', of: { kind: 'defined', attribute: 'krt_metric' } },
          operation('krt_metric', '=', number(0)),
        ),
        body: [{ kind: 'set', attribute: 'krt_metric', value: number(normal) }],
      },
      {
        kind: 'if',
        condition: operation('source', '!=', word('RTS_BGP')),
        body: [
          { kind: 'set', attribute: 'bgp_local_pref', value: operation(number(highest), '-', word('krt_metric')) },
        ],
      },
    ],
  };
}

/** A BGPFilter's setPriority. */
export function setPriority(value: number, normal: number, direction: 'import' | 'export'): readonly BirdStatement[] {
  const preference = value < normal ? elevatedPreference : bgpPreference;
  return [
    { kind: 'set', attribute: 'krt_metric', value: number(value) },
    { kind: 'set', attribute: 'bgp_local_pref', value: number(Math.max(0, highest - value)) },
    ...(direction === 'import' ? [{ kind: 'set', attribute: 'preference', value: number(preference) } as const] : []),
  ];
}
