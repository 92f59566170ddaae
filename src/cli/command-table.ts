import type { ParseArgsOptionsConfig } from 'node:util';
import type { Command } from './command.ts';

/** Options of every command that talks to a cluster. */
export const clusterOptions = {
  kubeconfig: { type: 'string' },
  context: { type: 'string' },
  namespace: { type: 'string', short: 'n' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsOptionsConfig;

/** How {@link clusterOptions} are explained. */
export const clusterOptionHelp: NonNullable<Command['optionHelp']> = [
  ['-n, --namespace NS', 'namespace of namespaced kinds (default: that of the context, or "default")'],
  ['--kubeconfig FILE', 'kubeconfig to use (default: KUBECONFIG, else the running lab, else ~/.kube/config)'],
  ['--context NAME', 'context of the kubeconfig'],
];

const fileOption = { filename: { type: 'string', short: 'f', multiple: true } } as const;
const fileHelp = [
  ['-f, --filename FILE', 'YAML or JSON file, "-" for standard input; may be given several times'],
] as const;

/** Every command, in the order of the help text. The one source of dispatch, help and suggestions. */
export const commandTable: readonly Command[] = [
  {
    name: 'lab',
    usage: 'lab up|down|status|list|exec|kubeconfig ...',
    summary: 'A cluster of network namespaces on this machine',
  },
  { name: 'exec', usage: 'exec POD [-n NS] -- CMD...', summary: 'Run a command in a pod of the lab' },
  {
    name: 'get',
    usage: 'get KIND [NAME...] [-n NS|-A] [-o FORMAT] [-l SELECTOR]',
    summary: 'Show resources',
    options: {
      output: { type: 'string', short: 'o' },
      selector: { type: 'string', short: 'l' },
      'field-selector': { type: 'string' },
      'all-namespaces': { type: 'boolean', short: 'A' },
      filename: { type: 'string', short: 'f', multiple: true },
      export: { type: 'boolean' },
      'no-headers': { type: 'boolean' },
    },
    optionHelp: [
      ['-o, --output FORMAT', 'yaml, json, wide, name; a table when absent'],
      ['-l, --selector SELECTOR', 'only resources with these labels: app=web,tier in (a,b),!old'],
      ['--field-selector SELECTOR', 'only resources with these fields: spec.nodeName=node1'],
      ['-A, --all-namespaces', 'resources of all namespaces'],
      ...fileHelp,
      ['--export', 'leave out what belongs to this cluster (uid, resourceVersion, ...); with NAME only'],
      ['--no-headers', 'no line with the names of columns'],
    ],
    load: () => import('./get.ts'),
  },
  {
    name: 'create',
    usage: 'create -f FILE [--skip-exists]',
    summary: 'Create resources from a file',
    options: { ...fileOption, 'skip-exists': { type: 'boolean' } },
    optionHelp: [...fileHelp, ['--skip-exists', 'pass over resources that exist already']],
    load: () => import('./create.ts'),
  },
  {
    name: 'apply',
    usage: 'apply -f FILE',
    summary: 'Create resources from a file, or change those that exist',
    options: fileOption,
    optionHelp: fileHelp,
    load: () => import('./apply.ts'),
  },
  {
    name: 'replace',
    usage: 'replace -f FILE',
    summary: 'Replace resources that exist',
    options: fileOption,
    optionHelp: fileHelp,
    load: () => import('./replace.ts'),
  },
  {
    name: 'delete',
    usage: 'delete KIND NAME... | -f FILE [--skip-not-exists]',
    summary: 'Delete resources',
    options: {
      ...fileOption,
      'skip-not-exists': { type: 'boolean', short: 's' },
      'ignore-not-found': { type: 'boolean' },
    },
    optionHelp: [...fileHelp, ['-s, --skip-not-exists', 'pass over resources that do not exist']],
    load: () => import('./delete.ts'),
  },
  {
    name: 'patch',
    usage: 'patch KIND NAME -p PATCH [--type merge|json|strategic]',
    summary: 'Change a part of a resource',
    options: { patch: { type: 'string', short: 'p' }, type: { type: 'string', short: 't' } },
    optionHelp: [
      ['-p, --patch PATCH', 'the change, JSON or YAML'],
      ['-t, --type TYPE', 'merge (default), json or strategic'],
    ],
    load: () => import('./patch.ts'),
  },
  {
    name: 'label',
    usage: 'label KIND NAME KEY=VALUE [--overwrite] | KEY --remove',
    summary: 'Set or remove a label',
    options: { overwrite: { type: 'boolean' }, remove: { type: 'boolean' } },
    optionHelp: [
      ['--overwrite', 'change the value of a label that is there'],
      ['--remove', 'remove the label'],
    ],
    load: () => import('./label.ts'),
  },
  {
    name: 'validate',
    usage: 'validate -f FILE',
    summary: 'Check resources without a cluster',
    options: fileOption,
    optionHelp: fileHelp,
    load: () => import('./validate.ts'),
  },
  {
    name: 'ipam',
    usage: 'ipam show [--show-blocks]',
    summary: 'Show how addresses are used',
    options: { 'show-blocks': { type: 'boolean' } },
    optionHelp: [['--show-blocks', 'also every block of every pool']],
    load: () => import('./ipam.ts'),
  },
  { name: 'agent', usage: 'agent', summary: 'Run the node agent' },
  { name: 'cni', usage: 'cni', summary: 'Run the CNI plugin (container runtimes do this)' },
  { name: 'controllers', usage: 'controllers', summary: 'Run the cluster controllers' },
  { name: 'apiserver', usage: 'apiserver', summary: 'Run the embedded API server' },
  {
    name: 'version',
    usage: 'version [--client] [--json]',
    summary: 'Show the version of this program and of the cluster',
    options: { client: { type: 'boolean' }, json: { type: 'boolean' } },
    optionHelp: [
      ['--client', 'this program only'],
      ['--json', 'as JSON'],
    ],
    load: () => import('./version.ts'),
  },
  { name: 'help', usage: 'help [COMMAND]', summary: 'Explain a command' },
];
