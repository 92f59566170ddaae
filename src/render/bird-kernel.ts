import { decide } from '../bird/decide.ts';
import { all, device, learnedFrom, netIn, number, operation, word } from '../bird/expressions.ts';
import type { BirdPart } from '../bird/model.ts';
import { option } from '../bird/option.ts';
import type { BirdStatement } from '../bird/statement.ts';
import type { BirdFamily } from './bird-family.ts';
import { podPreference } from './bird-priority.ts';
import type { BirdSets } from './bird-sets.ts';

/** Protocol number of the agent's routes, see rtnetlink(7) "rtm_protocol". */
const agentRoutes = 80;

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
        head: ['protocol kernel', { kind: 'symbol', name: `kernel${family}` }],
        items: [
          option('learn'),
          { ...option('persist'), comment: 'the routes stay when BIRD ends' },
          { ...option('scan time', number(2)) },
          { ...option('merge paths', word('on')), comment: 'equal paths become one route with several next hops' },
          option('graceful restart'),
          { ...option('metric', number(0)), comment: 'none for all: each route has its krt_metric' },
          {
            kind: 'block',
            head: [`ipv${family}`],
            items: [
              option('import filter', { kind: 'symbol', name: `from_kernel${family}` }),
              option('export filter', { kind: 'symbol', name: `to_kernel${family}` }),
            ],
          },
        ],
      },
    ],
  };
}

const fromKernel: readonly BirdStatement[] = [
  { kind: 'comment', text: "The agent's routes: tunnels and own blocks." },
  decide(operation('krt_source', '=', number(agentRoutes)), 'reject'),
  { kind: 'comment', text: 'A pod of this node wins over what a peer says of its address.' },
  {
    kind: 'if',
    condition: device('cali*'),
    body: [{ kind: 'set', attribute: 'preference', value: number(podPreference) }],
  },
  { kind: 'accept' },
];

/** BIRD takes no address of a pod's for a neighbour, and would not know its own route when it reads it from the kernel. */
const routesOfPods: readonly BirdStatement[] = [
  { kind: 'comment', text: 'What routers in pods say: a pod is no neighbour by its address.' },
  { kind: 'if', condition: device('cali*'), body: [{ kind: 'set', attribute: 'onlink', value: word('true') }] },
];

function toKernel({ family, priority, reachableBy, sessions }: BirdFamily, sets: BirdSets): readonly BirdStatement[] {
  const normal: BirdStatement = { kind: 'set', attribute: 'krt_metric', value: number(priority) };
  const wayToPeer = operation('proto', '=', { kind: 'text', text: `reachable${family}` });
  return [
    ...(reachableBy.length === 0
      ? []
      : ([{ kind: 'if', condition: wayToPeer, body: [normal, { kind: 'accept' }] }] as const)),
    { kind: 'comment', text: 'Only what peers said, and only where it leads somewhere: never a blackhole.' },
    decide({ kind: 'not', of: all(learnedFrom('RTS_BGP'), operation('dest', '=', word('RTD_UNICAST'))) }, 'reject'),
    ...(sets.service_networks === undefined ? [] : [decide(netIn(sets.service_networks.name), 'reject')]),
    ...(sets.agent_pools === undefined ? [] : [decide(netIn(sets.agent_pools.name), 'reject')]),
    { kind: 'if', condition: { kind: 'not', of: { kind: 'defined', attribute: 'krt_metric' } }, body: [normal] },
    ...(sessions.some(({ type }) => type === 'local workload') ? routesOfPods : []),
    { kind: 'accept' },
  ];
}
