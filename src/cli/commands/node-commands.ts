import type { Command } from '../command.ts';
import { replaced } from '../replaced.ts';

/** What concerns the machine the command runs on. */
export const nodeCommands: readonly Command[] = [
  {
    name: 'status',
    usage: 'node status [--all | --node NAME] [-o FORMAT]',
    summary: 'The agent and its BGP peers',
    description:
      'Whether the agent of this node runs, and its BGP sessions. Runs on the node, as root. With --all and --node the agents\n' +
      'are asked through the API: from anywhere, without root, with counts of routes, the last errors, warnings and refused\n' +
      'routes. A node that does not answer is named, and the exit status is 1.',
    options: {
      all: { help: 'every node of the cluster' },
      node: { value: 'NAME', multiple: true, help: 'this node; may be given several times', complete: 'node' },
      wait: { value: 'TIME', help: 'how long the agents of --all and --node may take: 10s (default 5s)' },
      output: {
        short: 'o',
        value: 'FORMAT',
        help: 'json or yaml: everything that is known',
        complete: ['json', 'yaml'],
      },
    },
    examples: [
      ['node status', 'on a node'],
      ['node status --all', 'the whole cluster, from anywhere'],
      ['node status --node node1 -o json', 'everything one node knows'],
      ['lab exec node1 -- weft node status', 'on a node of the lab'],
    ],
    load: () => import('../node/status.ts'),
  },
  {
    name: 'diags',
    usage: 'node diags [--log-dir DIR]',
    summary: 'Collect diagnostics',
    description:
      'Collects links, addresses, routes, rules, nftables, logs and the state of the agent into one archive. Runs on the\n' +
      'node, as root. Kubeconfigs and keys are left out; the archive can be read by root only.',
    local: true,
    options: { 'log-dir': { value: 'DIR', help: 'also the files of this folder', complete: 'file' } },
    examples: [
      ['node diags', 'everything that helps to find a mistake'],
      ['node diags --log-dir /var/log/calico', 'and other logs'],
    ],
    load: () => import('../node/diags.ts'),
  },
  {
    name: 'checksystem',
    usage: 'node checksystem',
    summary: 'Try what the kernel can do',
    description: 'Tries what the network needs of this kernel, in network namespaces that end with the attempt.',
    local: true,
    examples: [
      ['node checksystem', 'before a machine becomes a node'],
      ['lab exec node1 -- weft node checksystem', 'inside of a lab'],
    ],
    load: () => import('../node/checksystem.ts'),
  },
  {
    name: 'run',
    usage: 'node run',
    summary: 'Not here: see weft agent',
    local: true,
    hidden: true,
    verbatim: true,
    load: replaced('node run', 'the node is run by its service manager or as a DaemonSet, use: weft agent'),
  },
];
