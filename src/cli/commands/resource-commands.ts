import type { Command, CommandOptions } from '../command.ts';

const fileOption: CommandOptions = {
  filename: {
    short: 'f',
    value: 'FILE',
    multiple: true,
    help: 'YAML or JSON file, a folder of them, "-" for standard input; may be given several times',
    complete: 'file',
  },
  recursive: { short: 'R', help: 'the folders in a folder of -f as well' },
  'skip-empty': { help: 'a file or folder without resources is no error' },
};

const dryRunOption: CommandOptions = {
  'dry-run': {
    value: 'MODE',
    help: 'change nothing and print the difference: client (reckoned here) or server (it is asked)',
    complete: ['none', 'client', 'server'],
  },
};

const getDescription = `Kinds are known by any name kubectl and calicoctl have for them, in any case, several with commas
between, of one group with its name behind (networkpolicy.networking.k8s.io). What both have is Kubernetes' here and
Calico's for calicoctl: nodes.projectcalico.org shows Calico's nodes. networkpolicy means Calico's policies; those of
Kubernetes stand among them as knp.default.NAME and are themselves netpol. workloadendpoint, profile and node of
projectcalico.org are views of pods, namespaces and service accounts, and nodes.

Formats: ps, wide, yaml, json, name; custom-columns=NAME,CIDR with headings of the table, or
custom-columns=HEADING:.path and custom-columns-file=FILE; jsonpath=TEMPLATE and jsonpath-file=FILE as kubectl has them;
go-template=TEMPLATE and go-template-file=FILE with fields, variables, pipelines, if, range, with, else, break, continue,
and the functions and or not eq ne lt le gt ge len index slice print printf println join joinAndTruncate config
base64decode html js urlquery.`;

/** Verbs on resources: calicoctl's, for every kind. */
export const resourceCommands: readonly Command[] = [
  {
    name: 'get',
    usage: 'get KIND [NAME...] [-n NS|-A] [-o FORMAT] [-l SELECTOR]',
    summary: 'Show resources',
    description: getDescription,
    options: {
      output: {
        short: 'o',
        value: 'FORMAT',
        help: 'ps (default), wide, yaml, json, name, custom-columns=, go-template=, jsonpath=; see above',
        complete: ['ps', 'wide', 'yaml', 'json', 'name', 'custom-columns=', 'go-template=', 'jsonpath='],
      },
      selector: {
        short: 'l',
        value: 'SELECTOR',
        help: 'only resources with these labels: app=web,tier in (a,b),!old',
      },
      'field-selector': { value: 'SELECTOR', help: 'only resources with these fields: spec.nodeName=node1' },
      'all-namespaces': { short: 'A', aliases: ['a'], help: 'resources of all namespaces' },
      ...fileOption,
      export: { help: 'leave out what belongs to this cluster (uid, resourceVersion, ...); with NAME only' },
      'no-headers': { help: 'no line with the names of columns' },
      'ignore-not-found': { help: 'a name that does not exist is no error' },
      'show-labels': { help: 'labels as the last column' },
      'sort-by': { value: 'PATH', help: 'order by what a JSONPath finds: .metadata.creationTimestamp' },
      watch: { short: 'w', help: 'go on and show every change' },
      'watch-only': { help: 'show changes only' },
    },
    args: ['kind', 'resource'],
    examples: [
      ['get pods -o wide', 'pods with their nodes and addresses'],
      ['get ippool default-ipv4-ippool -o yaml', 'a pool, whole'],
      ['get ippools -o custom-columns=NAME,CIDR', 'two columns of the table'],
      ["get nodes -o jsonpath='{.items[*].metadata.name}'", 'names, in a row'],
    ],
    load: () => import('../get.ts'),
  },
  {
    name: 'create',
    usage: 'create -f FILE [--skip-exists]',
    summary: 'Create from files',
    options: { ...fileOption, ...dryRunOption, 'skip-exists': { help: 'pass over resources that exist already' } },
    examples: [
      ['create -f pool.yaml', 'create what is in the file'],
      ['create -f policies.yaml --skip-exists', 'leave alone what is there already'],
    ],
    load: () => import('../create.ts'),
  },
  {
    name: 'apply',
    usage: 'apply -f FILE',
    summary: 'Create or change',
    options: { ...fileOption, ...dryRunOption },
    examples: [
      ['apply -f nginx.yaml', 'create what is missing, change what differs'],
      ['apply -R -f policies/', 'everything in a folder and those in it'],
      ['apply -f policies.yaml --dry-run=server', 'see what it would change'],
      ['apply -f -', 'the same for what standard input gives'],
    ],
    load: () => import('../apply.ts'),
  },
  {
    name: 'replace',
    usage: 'replace -f FILE',
    summary: 'Replace existing ones',
    options: { ...fileOption, ...dryRunOption },
    examples: [
      ['replace -f pool.yaml', 'the pool becomes what the file says'],
      ['replace -f policies', 'every file of a folder'],
    ],
    load: () => import('../replace.ts'),
  },
  {
    name: 'delete',
    usage: 'delete KIND NAME... | -f FILE [--skip-not-exists]',
    summary: 'Delete resources',
    options: {
      ...fileOption,
      ...dryRunOption,
      'skip-not-exists': { short: 's', aliases: ['ignore-not-found'], help: 'pass over resources that do not exist' },
    },
    args: ['kind', 'resource'],
    examples: [
      ['delete ippool old', 'one resource'],
      ['delete -f nginx.yaml', 'everything in the file'],
    ],
    load: () => import('../delete.ts'),
  },
  {
    name: 'patch',
    usage: 'patch KIND NAME -p PATCH [--type strategic|merge|json]',
    summary: 'Change a part of one',
    options: {
      ...dryRunOption,
      patch: { short: 'p', value: 'PATCH', help: 'the change, JSON or YAML' },
      type: {
        short: 't',
        value: 'TYPE',
        help: 'strategic (default), merge or json',
        complete: ['strategic', 'merge', 'json'],
      },
    },
    args: ['kind', 'resource'],
    examples: [
      [`patch ippool p1 -p '{"spec":{"natOutgoing":true}}'`, 'switch masquerading on'],
      [`patch nodes.projectcalico.org node1 -p '{"spec":{"bgp":{"asNumber":64513}}}'`, "Calico's view of a node"],
    ],
    load: () => import('../patch.ts'),
  },
  {
    name: 'label',
    usage: 'label KIND NAME KEY=VALUE [--overwrite] | KEY --remove',
    summary: 'Set or remove a label',
    options: {
      overwrite: { help: 'change the value of a label that is there' },
      remove: { help: 'remove the label' },
    },
    args: ['kind', 'resource'],
    examples: [
      ['label nodes node1 rack=r1', 'set a label'],
      ['label nodes node1 rack --remove', 'remove it'],
    ],
    load: () => import('../label.ts'),
  },
  {
    name: 'validate',
    usage: 'validate -f FILE',
    summary: 'Check without a cluster',
    options: fileOption,
    examples: [
      ['validate -f policies.yaml', 'find mistakes before anything is changed'],
      ['validate -f policies', 'in every file of a folder'],
    ],
    load: () => import('../validate.ts'),
  },
];
