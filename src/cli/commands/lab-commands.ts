import type { Command, CommandOptions } from '../command.ts';

const nameOption: CommandOptions = { name: { value: 'N', help: 'name of the lab (default: lab)' } };
const outputOption: CommandOptions = { output: { short: 'o', value: 'FORMAT', help: 'json', complete: ['json'] } };

const podOptions: CommandOptions = {
  namespace: {
    short: 'n',
    value: 'NS',
    help: 'namespace of the pod (default: that of the context)',
    complete: 'namespace',
  },
  container: { short: 'c', value: 'NAME', help: 'container of the pod (default: the first)' },
  kubeconfig: { value: 'FILE', help: 'kubeconfig to use', complete: 'file' },
  context: { value: 'NAME', help: 'context of the kubeconfig', complete: 'context' },
};

const buildOptions: CommandOptions = {
  ...nameOption,
  nodes: { value: 'K', help: 'how many nodes, the control plane included (default: 3)' },
  mode: {
    value: 'MODE',
    help: 'how pods of different nodes reach each other: ipip, vxlan, bgp or none',
    complete: ['ipip', 'vxlan', 'bgp', 'none'],
  },
  'cross-subnet': { help: 'encapsulate only between nodes of different subnets; makes a second one' },
  file: { short: 'f', value: 'FILE', help: 'a lab file; the command line wins over it', complete: 'file' },
  'pool-cidr': { value: 'CIDR', help: 'where addresses of pods come from (default: 10.24.0.0/16)' },
  'block-size': { value: 'BITS', help: 'prefix length of a block (default: 26)' },
  ipv6: { help: 'a second family of addresses' },
  mtu: { value: 'BYTES', help: 'MTU of the wires between the nodes' },
  port: { value: 'PORT', help: 'port of the API server on 127.0.0.1' },
  ...outputOption,
};

const labs: readonly Command[] = [
  {
    name: 'up',
    usage: 'lab up [--name N] [--nodes K] [--mode MODE] [--cross-subnet] [--file FILE]',
    summary: 'Build a lab',
    description:
      'Builds a cluster of network namespaces and returns when its nodes are Ready and its BGP sessions established.',
    options: buildOptions,
    examples: [
      ['lab up', 'three nodes, ipip'],
      ['lab up --name b --nodes 2 --mode vxlan', 'a second one beside it'],
      ['lab up --cross-subnet', 'two subnets with a router between them'],
      ['lab up --file examples/lab-rack.yaml', 'two racks with routers of their own, FRR among them'],
    ],
  },
  {
    name: 'down',
    usage: 'lab down [--name N | --all]',
    summary: 'End a lab, leave nothing',
    options: { ...nameOption, all: { help: 'every lab of this machine' } },
    examples: [
      ['lab down', 'end the lab'],
      ['lab down --all', 'end every lab'],
    ],
  },
  {
    name: 'status',
    usage: 'lab status [--name N] [-o json]',
    summary: 'Nodes, processes, pods',
    options: { ...nameOption, ...outputOption },
    examples: [
      ['lab status', 'what runs where'],
      ['lab status -o json', 'for programs'],
    ],
  },
  {
    name: 'list',
    usage: 'lab list [-o json]',
    summary: 'The labs of this machine',
    options: outputOption,
    examples: [
      ['lab list', 'names, modes, servers'],
      ['lab list -o json', 'for programs'],
    ],
  },
  {
    name: 'exec',
    usage: 'lab exec NODE [--name N] -- CMD...',
    summary: 'Run a command on a node',
    options: nameOption,
    args: ['node', 'command'],
    examples: [
      ['lab exec node1 -- ip route', 'the routes of a node'],
      ['lab exec node1 -- weft node status', 'what runs on it'],
      ['lab exec router -- ip neigh', 'on the router between the subnets'],
    ],
  },
  {
    name: 'external',
    usage: 'lab external [--name N] -- CMD...',
    summary: 'Run one outside of it',
    description: 'Runs a command on the client that stands outside of the cluster.',
    options: nameOption,
    args: ['command'],
    examples: [
      ['lab external -- curl http://192.168.122.21:30080', 'a NodePort from outside'],
      ['lab external -- ip route', 'how it reaches the nodes'],
    ],
  },
  {
    name: 'kubeconfig',
    usage: 'lab kubeconfig [--name N]',
    summary: 'Print its kubeconfig',
    options: nameOption,
    examples: [
      ['lab kubeconfig > /tmp/lab.kubeconfig', 'for kubectl on this machine'],
      ['lab kubeconfig --name b > b.kubeconfig', 'of another lab'],
    ],
  },
  {
    name: 'demo',
    usage: "lab demo [--name N] [up's options]",
    summary: 'Build one and look at it',
    description: 'Builds a lab, starts an example application in it, checks it and shows what was built.',
    options: buildOptions,
    examples: [
      ['lab demo', 'three nodes, ipip'],
      ['lab demo --mode vxlan', 'the same over VXLAN'],
    ],
  },
];

/** Labs and what runs in pods: programs of room `lab`, which read their own command lines. */
export const labCommands: readonly Command[] = [
  {
    name: 'lab',
    usage: 'lab COMMAND',
    summary: 'Clusters on this machine',
    description: 'Clusters whose nodes and pods are network namespaces of this machine.',
    commands: labs,
    local: true,
  },
  {
    name: 'exec',
    usage: 'exec POD [-n NS] [-c CONTAINER] [-it] -- CMD...',
    summary: 'Run a command in a pod',
    description: "Runs a command in a pod; its exit status is this one's.",
    options: {
      ...podOptions,
      ...nameOption,
      stdin: { short: 'i', help: 'pass the input on' },
      tty: { short: 't', help: 'make a terminal' },
    },
    args: ['resource', 'command'],
    local: true,
    examples: [
      ['exec web -- ping -c 3 10.24.1.2', 'from the pod web of namespace default'],
      ['exec web -n shop -- ip route', 'of another namespace'],
      ['exec web -it -- sh', 'a shell'],
    ],
  },
  {
    name: 'logs',
    usage: 'logs POD [-n NS] [-c CONTAINER] [-f] [-p] [--tail N] [--since TIME]',
    summary: 'What a pod has printed',
    options: {
      ...podOptions,
      follow: { short: 'f', help: 'go on until the container ends' },
      previous: { short: 'p', help: 'its run before the last restart' },
      tail: { value: 'N', help: 'only the last lines' },
      since: { value: 'TIME', help: 'only what is newer: 90s, 5m, 2h' },
      timestamps: { help: 'when each line was printed' },
    },
    args: ['resource'],
    local: true,
    examples: [
      ['logs web', 'of the pod web of namespace default'],
      ['logs web -n shop -f --tail 10', 'the last lines, and those to come'],
    ],
  },
];
