import type { Command, CommandOptions } from '../command.ts';

const filesOption = {
  filename: {
    short: 'f',
    value: 'FILE',
    multiple: true,
    help: 'reckon with these files or folders instead of a cluster',
    complete: 'file',
  },
  recursive: { short: 'R', help: 'the folders in a folder of -f as well' },
} as const satisfies CommandOptions;

/** Options that say which connections. */
const protocolOption: CommandOptions = {
  protocol: {
    value: 'P',
    help: 'tcp (default), udp, sctp, icmp, a number',
    complete: ['tcp', 'udp', 'sctp', 'icmp'],
  },
};

const whyDescription = `Says whether a connection is allowed, and what decides that: the egress policies of the source and the ingress policies
of the destination, tier by tier, with the rule that decided as its resource has it. For a denied one it says the least
that would allow it. SRC and DST are pod/NAME[.NS], NS/NAME, NAME, svc/NAME[.NS] (each backend), node/NAME, external (an
address outside of the cluster) or an address. Without a port: each port that the destination declares.

The answer is read from the resources, of the cluster or of files, and checked against what weft compiles from them: if
the two differ it says so and fails. With --live the nodes are asked too: what the rule has counted, and when it last
denied such a packet. Of files, Deployments and their kin count as one pod of their name, namespaces need not be in them.

Exit status: 0, or 1 with --fail-on-deny when it is denied; 2 the command line is wrong.`;

const rangeOptions: CommandOptions = {
  'all-namespaces': { short: 'A', help: 'pods of all namespaces (with files that is so without)' },
  port: { value: 'N,...', help: '80,udp/53,other; default: all that a policy or container names, and one other' },
  ...protocolOption,
};

const previewDescription = `Lists the connections between pods, and from and to the outside, that a change would deny or allow, each with what
decides before and after. The change is the resources of -f, put into the cluster (or the files of --from) or, with
--delete, taken out of it; without -f the staged policies, as if they were enforced. Nothing is written.

Exit status: 0, or 1 with --fail-on-loss when a connection would be lost; 2 the command line is wrong.`;

/** What is below `policy`. */
const explaining: readonly Command[] = [
  {
    name: 'chains',
    usage: 'policy chains POD [-n NS] [--direction D] [-f FILE] [-o FORMAT]',
    summary: 'The chains a packet walks',
    description: `Prints the way of a packet through the chains of the pod's node, hop by hop: dispatch, the pod's own chain, tiers, the
lookups that many rules were folded into, the chains of rules with their counters. Chains have Calico's names.`,
    options: {
      ...filesOption,
      direction: { value: 'D', help: 'ingress or egress; default: both', complete: ['ingress', 'egress'] },
      output: { short: 'o', value: 'FORMAT', help: 'json or yaml', complete: ['json', 'yaml'] },
    },
    args: ['resource'],
    examples: [
      ['policy chains nginx', 'both directions'],
      ['policy chains web -n shop --direction ingress', 'to the pod only'],
    ],
    load: () => import('../policy/chains.ts'),
  },
  {
    name: 'matrix',
    usage: 'policy matrix [-n NS|-A] [--port N,...] [--protocol P] [-f FILE] [-o FORMAT]',
    summary: 'Who may talk to whom',
    description:
      'The truth table of policy: every pod with every other, and with the outside. Pods of one owner that are alike\nare one row.',
    options: {
      ...rangeOptions,
      ...filesOption,
      output: {
        short: 'o',
        value: 'FORMAT',
        help: 'wide: who denies, source or destination; json or yaml',
        complete: ['wide', 'json', 'yaml'],
      },
    },
    examples: [
      ['policy matrix -n shop --port 80,443', 'pods of a namespace, two ports'],
      ['policy matrix -f manifests -R', 'by files, all ports they name'],
      ['policy matrix -A -o json', 'for a program'],
    ],
    load: () => import('../policy/matrix.ts'),
  },
  {
    name: 'preview',
    usage: 'policy preview [-f FILE] [--delete] [--from FILE] [--fail-on-loss] [-o FORMAT]',
    summary: 'What a change would do',
    description: previewDescription,
    options: {
      filename: {
        short: 'f',
        value: 'FILE',
        multiple: true,
        help: 'the resources that change; without: the staged policies',
        complete: 'file',
      },
      recursive: filesOption.recursive,
      delete: { help: 'the resources of -f go' },
      from: {
        value: 'FILE',
        multiple: true,
        help: 'reckon with these files or folders instead of a cluster',
        complete: 'file',
      },
      'fail-on-loss': { help: 'exit status 1 when a connection would be lost' },
      ...rangeOptions,
      output: { short: 'o', value: 'FORMAT', help: 'json or yaml', complete: ['json', 'yaml'] },
    },
    examples: [
      ['policy preview -f deny-all.yaml', 'before it is applied'],
      ['policy preview -f new.yaml --from manifests -R --fail-on-loss', 'in a pipeline, without a cluster'],
      ['policy preview -f old.yaml --delete', 'before it is deleted'],
      ['policy preview', 'what the staged policies would do'],
    ],
    load: () => import('../policy/preview.ts'),
  },
];

/** What explains policy. */
export const policyCommands: readonly Command[] = [
  {
    name: 'why',
    usage: 'why SRC DST[:PORT] [--protocol P] [--live] [--fail-on-deny] [-f FILE] [-o FORMAT]',
    summary: 'What allows or denies',
    description: whyDescription,
    options: {
      ...protocolOption,
      live: { help: 'ask the nodes what their rules have counted and denied' },
      'fail-on-deny': { help: 'exit status 1 when it is denied' },
      remedy: { help: 'print the resources that would allow a denied connection, to apply' },
      ...filesOption,
      output: { short: 'o', value: 'FORMAT', help: 'json or yaml: everything', complete: ['json', 'yaml'] },
    },
    args: ['resource'],
    examples: [
      ['why pod1 nginx:80', 'from one pod to another, of the namespace of -n'],
      ['why shop/web svc/db.data:5432 --live', 'to each pod behind a Service, with counters'],
      ['why external shop/web:443 -f manifests -R', 'from outside, by files, without a cluster'],
      ['why shop/web node/node1 --protocol icmp -o json', 'for a program'],
    ],
    load: () => import('../why/why.ts'),
  },
  {
    name: 'policy',
    usage: 'policy COMMAND',
    summary: 'Policy, explained',
    description: 'Shows what policies do.',
    commands: explaining,
  },
];
