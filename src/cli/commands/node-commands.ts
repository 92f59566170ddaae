import type { Command } from '../command.ts';
import { replaced } from '../replaced.ts';

/** What concerns the machine the command runs on. */
export const nodeCommands: readonly Command[] = [
  {
    name: 'status',
    usage: 'node status',
    summary: 'The agent and its BGP peers',
    description: 'Whether the agent of this node runs, and its BGP sessions. Runs on the node, as root.',
    local: true,
    examples: [
      ['node status', 'on a node'],
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
