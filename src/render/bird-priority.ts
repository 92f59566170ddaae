import { all, any, defined, not, number, operation, word } from '../bird/expressions.ts';
import type { BirdItem } from '../bird/model.ts';
import type { BirdExpression, BirdStatement } from '../bird/statement.ts';
import { remark, set, when } from '../bird/statements.ts';

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

/**
 * `krt_metric` and BIRD's preference from the local preference of a route received inside the AS. A route without
 * `krt_metric` has the normal priority: to set it in each of many thousand routes takes BIRD's time.
 */
export function priorityFromPeer(name: string, normal: number): BirdItem {
  return {
    kind: 'function',
    name,
    parameters: [],
    body: [
      when(
        all(defined('bgp_local_pref'), operation('bgp_local_pref', '>=', number(leastPriority))),
        set('krt_metric', operation(number(highest), '-', word('bgp_local_pref'))),
        remark('A better priority than normal wins over a pod with this address on this node: the pod has moved.'),
        when(operation('krt_metric', '<', number(normal)), set('preference', number(elevatedPreference))),
      ),
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
      when(any(not(defined('krt_metric')), operation('krt_metric', '=', number(0))), set('krt_metric', number(normal))),
      when(
        operation('source', '!=', word('RTS_BGP')),
        set('bgp_local_pref', operation(number(highest), '-', word('krt_metric'))),
      ),
    ],
  };
}

/** True of a route of this priority; one without any is of the normal one. */
export function hasPriority(value: number, normal: number): BirdExpression {
  const known = defined('krt_metric');
  const same = operation('krt_metric', '=', number(value));
  return value === normal ? any(not(known), same) : all(known, same);
}

/** A BGPFilter's setPriority. */
export function setPriority(value: number, normal: number, direction: 'import' | 'export'): readonly BirdStatement[] {
  const preference = value < normal ? elevatedPreference : bgpPreference;
  return [
    set('krt_metric', number(value)),
    set('bgp_local_pref', number(Math.max(0, highest - value))),
    ...(direction === 'import' ? [set('preference', number(preference))] : []),
  ];
}
