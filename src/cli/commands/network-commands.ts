import type { Command } from '../command.ts';
import { replaced } from '../replaced.ts';
import { ipamCommands } from './ipam-commands.ts';
import { nodeCommands } from './node-commands.ts';
import { policyCommands } from './policy-commands.ts';

/** Verbs on the network itself. */
export const networkCommands: readonly Command[] = [
  {
    name: 'ipam',
    usage: 'ipam COMMAND',
    summary: 'Pools and addresses',
    description: 'Shows, checks and changes how addresses are given.',
    commands: ipamCommands,
  },
  {
    name: 'node',
    usage: 'node COMMAND',
    summary: 'This machine as a node',
    description: 'Looks at the machine the command runs on.',
    commands: nodeCommands,
    local: true,
  },
  ...policyCommands,
  {
    name: 'import-calico',
    usage: 'import-calico [--dry-run]',
    summary: 'Take over from Calico',
    description:
      "Reads a cluster's objects of crd.projectcalico.org/v1 and writes them as projectcalico.org/v3, blocks with all their\n" +
      'addresses included. Nothing is deleted, and what is there already stays as it is; an interrupted run is continued by\n' +
      'the same command.',
    options: { 'dry-run': { help: 'only print what would be written' } },
    examples: [
      ['import-calico --dry-run', 'the plan'],
      ['import-calico --context old-cluster', 'the cluster of another context'],
    ],
    load: () => import('../import-calico/import-calico.ts'),
  },
  {
    name: 'datastore',
    usage: 'datastore',
    summary: 'Not here',
    hidden: true,
    verbatim: true,
    load: replaced(
      'datastore',
      'resources are kept in the Kubernetes API already, to read those of Calico use: weft import-calico',
    ),
  },
  {
    name: 'cluster',
    usage: 'cluster',
    summary: 'Not here',
    hidden: true,
    verbatim: true,
    load: replaced('cluster', 'on each node use: weft node diags'),
  },
  {
    name: 'convert',
    usage: 'convert',
    summary: 'Not here',
    hidden: true,
    verbatim: true,
    load: replaced(
      'convert',
      'there is one version, projectcalico.org/v3; for objects of a running Calico use: weft import-calico',
    ),
  },
];
