import { integer, type JsonSchema, list, object, oneOf, text } from './json-schema.ts';
import { column, type KindSchema, wideColumn } from './kind-schema.ts';
import { asNumber, words } from './schema-parts.ts';

const bird = object(
  {
    state: words('Ready or NotReady'),
    version: words('Version of BIRD'),
    routerID: words('Its router id'),
    lastBootTime: words('When it was started'),
    lastReconfigurationTime: words('When it last read its configuration'),
  },
  { description: 'A BGP daemon' },
);

const count = (description: string): JsonSchema => integer({ description, minimum: 0 });

const peers = list(
  object({
    peerIP: words('Address of the peer'),
    type: words('NodeMesh, NodePeer, GlobalPeer or LocalWorkload'),
    state: words('State of the session: Idle, Connect, Active, OpenSent, OpenConfirm, Established, Close'),
    since: words('Since when'),
    name: words('Name of the session in BIRD'),
    info: words('State of the session and what BIRD adds to it'),
    lastError: words('Why the session failed the last time'),
    asNumber: asNumber('AS number of the peer'),
    prefixesReceived: count('Routes of the peer that are used'),
    prefixesAdvertised: count('Routes told to the peer'),
    prefixesRefused: count('Routes of the peer that a filter keeps out'),
    uptimeSeconds: integer({ description: 'How long the session stands', format: 'int64', minimum: 0 }),
    flaps: count('How often the session has gone down since the agent was started'),
  }),
  { description: 'The peers of the node' },
);

const routes = list(
  object({
    type: words('FIB when the kernel has it, RIB when only BIRD has'),
    destination: words('The network'),
    gateway: words('The next hop'),
    interface: words('The device'),
    learnedFrom: object(
      {
        sourceType: words('Kernel, Static, Direct, NodeMesh or BGPPeer'),
        peerIP: words('Address of the peer'),
      },
      { description: 'Where the route comes from' },
    ),
  }),
  { description: 'The routes of the node' },
);

const bgp = object(
  {
    numberEstablishedV4: count('IPv4 sessions that stand'),
    numberEstablishedV6: count('IPv6 sessions that stand'),
    numberNotEstablishedV4: count('IPv4 sessions that do not'),
    numberNotEstablishedV6: count('IPv6 sessions that do not'),
    peersV4: peers,
    peersV6: peers,
    warnings: list(words('A sentence'), { description: 'What is wrong with the BGP resources of the node' }),
    refusedRoutes: list(
      object(
        {
          destination: words('The network'),
          peerIP: words('Address of the peer that offers it'),
          reason: words('Why it is not taken'),
        },
        { required: ['destination', 'reason'] },
      ),
      { description: 'Routes of peers that are not taken' },
    ),
    configurationProblem: words('Why BIRD goes on with an older configuration'),
  },
  {
    description: 'Sessions, for the class BGP',
    required: ['numberEstablishedV4', 'numberEstablishedV6', 'numberNotEstablishedV4', 'numberNotEstablishedV6'],
  },
);

/** Schema of CalicoNodeStatus. */
export const nodeStatusSchema: KindSchema = {
  description: 'A question to the agent of a node, which answers in the status and keeps the answer fresh',
  spec: object(
    {
      node: words('The node that is asked'),
      classes: list(oneOf(['Agent', 'BGP', 'Routes']), {
        description: 'What is asked: Agent, BGP, Routes',
        maxItems: 3,
        'x-kubernetes-list-type': 'set',
      }),
      updatePeriodSeconds: integer({
        description: 'How often the answer is renewed; 0 for once',
        format: 'int64',
        minimum: 0,
        maximum: 4_294_967_295,
      }),
    },
    { description: 'The question', required: ['node', 'classes', 'updatePeriodSeconds'] },
  ),
  status: object(
    {
      lastUpdated: text({ description: 'When the node answered', format: 'date-time', nullable: true }),
      agent: object({ birdV4: bird, birdV6: bird }, { description: 'BGP daemons, for the class Agent' }),
      bgp,
      routes: object({ routesV4: routes, routesV6: routes }, { description: 'Routes, for the class Routes' }),
    },
    { description: 'The answer of the node' },
  ),
  columns: [column('Node', '.spec.node'), wideColumn('Classes', '.spec.classes')],
};
