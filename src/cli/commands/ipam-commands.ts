import type { Command } from '../command.ts';

/** What can be done with pools, blocks and addresses. */
export const ipamCommands: readonly Command[] = [
  {
    name: 'show',
    usage: 'ipam show [--show-blocks | --show-borrowed | --show-configuration | --ip IP]',
    summary: 'How addresses are used',
    options: {
      'show-blocks': { help: 'also every block of every pool' },
      'show-borrowed': { help: 'addresses that nodes use out of blocks of others' },
      'show-configuration': { help: 'the rules of address management' },
      ip: { value: 'IP', help: 'who holds this address' },
    },
    examples: [
      ['ipam show', 'use of every pool'],
      ['ipam show --show-blocks', 'and of every block'],
      ['ipam show --ip 10.24.0.5', 'who holds an address'],
    ],
    load: () => import('../ipam/show.ts'),
  },
  {
    name: 'check',
    usage: 'ipam check [--show-all-ips] [--show-problem-ips] [-o FILE]',
    summary: 'Find what is wrong',
    description:
      'Compares the blocks with what pods and nodes really use: leaked addresses, addresses nobody gave, blocks that\n' +
      'overlap, lie outside of every pool or belong to a node that is gone. Problems found are no failure.',
    options: {
      'show-all-ips': { help: 'name every address that is checked' },
      'show-problem-ips': { help: 'name every address that is leaked or not allocated' },
      output: { short: 'o', value: 'FILE', help: 'write a report for "ipam release --from-report"', complete: 'file' },
    },
    examples: [
      ['ipam check --show-problem-ips', 'what is wrong, by name'],
      ['ipam check -o report.json', 'and a report to release leaks by'],
    ],
    load: () => import('../ipam/check.ts'),
  },
  {
    name: 'release',
    usage: 'ipam release --ip IP | --from-report FILE... [--force]',
    summary: 'Give addresses back',
    description:
      'Releases an address, or those that all reports call leaked. Each is judged once more by what the cluster says now:\n' +
      'an address whose pod lives is refused, one given anew since is left alone. No lock of the datastore is needed.',
    options: {
      ip: { value: 'IP', help: 'this address' },
      'from-report': {
        value: 'FILE',
        multiple: true,
        help: 'what "ipam check -o FILE" wrote; of several, what all of them call leaked',
        complete: 'file',
      },
      force: { help: 'also an address that somebody seems to use' },
    },
    examples: [
      ['ipam release --ip 10.24.0.5', 'one address'],
      ['ipam release --from-report a.json --from-report b.json', 'what was leaked at both times'],
    ],
    load: () => import('../ipam/release.ts'),
  },
  {
    name: 'split',
    usage: 'ipam split NUMBER --cidr CIDR | --name NAME',
    summary: 'Cut a pool into parts',
    description:
      'Replaces a pool by a power of two of smaller ones, called split-NAME-0 and so on. Pods keep their addresses. The\n' +
      'parts are made before the whole goes; an interrupted run is finished by the same command.',
    options: {
      cidr: { value: 'CIDR', help: 'the pool with this CIDR' },
      name: { value: 'NAME', help: 'the pool of this name', complete: 'resource' },
    },
    examples: [
      ['ipam split 4 --name default-ipv4-ippool', 'four pools instead of one'],
      ['ipam split 2 --cidr 10.24.0.0/16', 'the pool by its CIDR'],
    ],
    load: () => import('../ipam/split.ts'),
  },
  {
    name: 'configure',
    usage: 'ipam configure show | [--strictaffinity BOOL] [--max-blocks-per-host N] [--ip-cooldown-seconds N]',
    summary: 'Change the rules',
    options: {
      strictaffinity: { value: 'BOOL', help: 'no borrowing between nodes', complete: ['true', 'false'] },
      'max-blocks-per-host': { value: 'N', help: 'how many blocks a node may own; 0: the default' },
      'ip-cooldown-seconds': { value: 'N', help: 'how long a released address rests (0 to 1200)' },
      'kubevirt-ip-persistence': {
        value: 'WHEN',
        help: 'virtual machines keep their addresses: Enabled or Disabled',
        complete: ['Enabled', 'Disabled'],
      },
    },
    args: [['show']],
    examples: [
      ['ipam configure show', 'the rules in force'],
      ['ipam configure --strictaffinity=true', 'switch borrowing off'],
    ],
    load: () => import('../ipam/configure.ts'),
  },
  {
    name: 'migrate',
    usage: 'ipam migrate POOL [--cidr CIDR] [--block-size BITS] [--to NAME] [--max-unavailable N] [--dry-run]',
    summary: 'Move a pool elsewhere',
    description:
      'Moves the pods of a pool to another CIDR or block size: makes the new pool, closes the old one, replaces pods a few\n' +
      'at a time and waits until they are Ready, verifies that nothing is left, deletes the old pool. Pods that no\n' +
      'controller would make again are reported, not touched. An interrupted run is continued by the same command.',
    options: {
      cidr: { value: 'CIDR', help: 'the new CIDR (needed; it may not overlap any pool)' },
      'block-size': { value: 'BITS', help: 'prefix length of the new blocks (default: as before)' },
      to: { value: 'NAME', help: 'name of the new pool (default: POOL-migrated)' },
      'max-unavailable': { value: 'N', help: 'how many pods of one owner may be away at once (default: 1)' },
      timeout: { value: 'TIME', help: 'longest wait for the next pod to get Ready: 90s, 10m (default 5m)' },
      'dry-run': { help: 'only print what would happen' },
    },
    args: ['resource'],
    examples: [
      ['ipam migrate default-ipv4-ippool --cidr 10.48.0.0/16 --dry-run', 'the plan'],
      ['ipam migrate default-ipv4-ippool --cidr 10.48.0.0/16', 'to another CIDR'],
      ['ipam migrate small --cidr 10.50.0.0/16 --block-size 24 --max-unavailable 2', 'with bigger blocks'],
    ],
    load: () => import('../ipam/migrate.ts'),
  },
];
