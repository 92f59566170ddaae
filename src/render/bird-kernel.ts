import {
  all,
  defined,
  device,
  learnedFrom,
  not,
  number,
  operation,
  quoted,
  symbol,
  word,
} from '../bird/expressions.ts';
import type { BirdPart } from '../bird/model.ts';
import { option } from '../bird/option.ts';
import type { BirdStatement } from '../bird/statement.ts';
import { accept, reject, remark, set, when } from '../bird/statements.ts';
import { routeProtocol } from '../net/route.ts';
import type { BirdFamily } from './bird-family.ts';
import { podPreference } from './bird-priority.ts';
import { type BirdSets, whenIn } from './bird-sets.ts';

/** What BIRD takes from and gives to the kernel's main table. */
export function kernelPart(state: BirdFamily, sets: BirdSets): BirdPart {
  const { family } = state;
  return {
    comment: [
      `Kernel, IPv${family}`,
      "Learned: pods (for addresses borrowed from other nodes) and the host's own routes",
      'Written: what peers said, but for what the agent routes and for services',
    ],
    items: [
      { kind: 'filter', role: 'filter', name: `from_kernel${family}`, body: fromKernel },
      { kind: 'filter', role: 'filter', name: `to_kernel${family}`, body: toKernel(state, sets) },
      {
        kind: 'block',
        head: ['protocol kernel', symbol(`kernel${family}`)],
        items: [
          option('learn'),
          { ...option('persist'), comment: 'the routes stay when BIRD ends' },
          option('scan time', number(2)),
          { ...option('merge paths', word('on')), comment: 'equal paths become one route with several next hops' },
          option('graceful restart'),
          { ...option('metric', number(0)), comment: 'none for all: each route has its krt_metric' },
          {
            kind: 'block',
            head: [`ipv${family}`],
            items: [
              option('import filter', symbol(`from_kernel${family}`)),
              option('export filter', symbol(`to_kernel${family}`)),
            ],
          },
        ],
      },
    ],
  };
}

const fromKernel: readonly BirdStatement[] = [
  remark("The agent's routes: tunnels and own blocks."),
  when(operation('krt_source', '=', number(routeProtocol.weft)), reject),
  remark('A pod of this node wins over what a peer says of its address.'),
  when(device('cali*'), set('preference', number(podPreference))),
  accept,
];

/** BIRD takes no address of a pod's for a neighbour, and would not know its own route when it reads it from the kernel. */
const routesOfPods: readonly BirdStatement[] = [
  remark('What leads to routers in pods: a pod is no neighbour by its address.'),
  when(device('cali*'), set('onlink', word('true'))),
];

function toKernel({ family, priority, reachableBy }: BirdFamily, sets: BirdSets): readonly BirdStatement[] {
  const normal = set('krt_metric', number(priority));
  const wayToPeer = operation('proto', '=', quoted(`reachable${family}`));
  return [
    ...(reachableBy.length === 0 ? [] : [when(wayToPeer, normal, accept)]),
    remark('Only what peers said, and only where it leads somewhere: never a blackhole.'),
    when(not(all(learnedFrom('RTS_BGP'), operation('dest', '=', word('RTD_UNICAST')))), reject),
    ...whenIn(sets.service_networks, reject),
    ...whenIn(sets.agent_pools, reject),
    when(not(defined('krt_metric')), normal),
    ...routesOfPods,
    accept,
  ];
}
