import { writeFileSync } from 'node:fs';
import { clusterInformations } from '../../api/kinds.ts';
import { WeftError } from '../../base/errors.ts';
import { fileErrorText } from '../../base/file-error-text.ts';
import { checkIpam, type IpamFacts, type IpamProblem, type IpamReport } from '../../ipam/check-ipam.ts';
import { isEnabledPool, readPools } from '../../ipam/pool.ts';
import { type CommandInput, flag, textOption } from '../command.ts';
import { refuseArguments } from '../refuse-arguments.ts';
import { leakReport } from './leak-report.ts';
import { readIpamFacts } from './read-ipam.ts';

/** How many nodes the list of the busiest has. */
const busiestNodes = 20;

/** `weft ipam check`: compares the blocks with what pods and nodes really use. Problems found are no failure. */
export async function run(input: CommandInput): Promise<number> {
  const { options, io, connect } = input;
  refuseArguments(input);
  const cluster = await connect();
  io.out('Checking IPAM for inconsistencies...\n\n');
  const [information, facts] = await Promise.all([cluster.get(clusterInformations, 'default'), readIpamFacts(cluster)]);
  const report = checkIpam(facts);
  const all = flag(options, 'show-all-ips');
  io.out(describeFacts(facts, report));
  io.out(describeProblems(report, { all, problems: all || flag(options, 'show-problem-ips') }));
  const file = textOption(options, 'output');
  if (file !== undefined) writeReport(file, JSON.stringify(leakReport(report, information), undefined, 2));
  return 0;
}

function describeFacts({ blocks, pools, nodes }: IpamFacts, { allocations, used }: IpamReport): string {
  const active = readPools(pools).filter(isEnabledPool);
  const tunnels = used.filter(({ kind }) => kind === 'tunnel').length;
  const perNode = [...Map.groupBy(allocations, ({ address }) => address.node ?? '')]
    .map(([node, held]) => ({ node, count: held.length }))
    .sort((a, b) => b.count - a.count || (a.node < b.node ? -1 : 1));
  const [most] = perNode;
  const median = perNode[Math.floor(perNode.length / 2)]?.count ?? 0;
  const busiest = perNode
    .filter(({ node }) => node !== '')
    .slice(0, busiestNodes)
    .map(({ node, count }) => `  ${node} has ${count} allocations`);
  return `${[
    'Loading all IPAM blocks...',
    `Found ${blocks.length} IPAM blocks.`,
    ...blocks.map(({ spec }) => ` IPAM block ${spec.cidr} affinity=${spec.affinity ?? '<none>'}:`),
    `IPAM blocks record ${allocations.length} allocations.`,
    '',
    'Loading all IPAM pools...',
    ...active.map(({ cidr }) => `  ${cidr}`),
    `Found ${active.length} active IP pools.`,
    '',
    'Loading all nodes.',
    `Found ${nodes.length} nodes with ${tunnels} node tunnel IPs.`,
    '',
    'Loading all workload endpoints.',
    `Found ${used.length - tunnels} workload IPs.`,
    `Workloads and nodes are using ${new Set(used.map(({ ip }) => ip)).size} IPs.`,
    '',
    `Looking for top (up to ${busiestNodes}) nodes by allocations...`,
    ...busiest,
    ...(most === undefined ? [] : [`Node with most allocations has ${most.count}; median is ${median}`]),
  ].join('\n')}\n\n`;
}

function describeProblems(
  { allocations, problems }: IpamReport,
  show: { readonly all: boolean; readonly problems: boolean },
): string {
  const lines: string[] = [];
  const list = (kind: IpamProblem['kind'], always = false): number => {
    const found = problems.filter((problem) => problem.kind === kind);
    if (show.problems || always) lines.push(...found.map(({ subject, detail }) => `  ${subject} ${kind}: ${detail}`));
    return found.length;
  };
  lines.push('Scanning for IPs that are allocated but not actually in use...');
  if (show.all) {
    const inUse = allocations.filter(({ verdict }) => verdict.kind === 'in use');
    lines.push(...inUse.map(({ address, verdict }) => `  ${address.ip} in use: ${verdict.reason}`));
  }
  lines.push(`Found ${list('leaked address')} IPs that are allocated in IPAM but not actually in use.`);
  lines.push('Scanning for IPs that are in use by a workload or node but not allocated in IPAM...');
  lines.push(`Found ${list('address outside pools')} in-use IPs that are not in active IP pools.`);
  const missing = list('address not allocated');
  lines.push(`Found ${missing} in-use IPs that are in active IP pools but have no corresponding IPAM allocation.`);
  lines.push(`Found ${list('address used twice')} IPs that are in use by more than one owner.`, '');
  lines.push('Scanning the IPAM blocks themselves...');
  // Few and grave: always named.
  lines.push(`Found ${list('blocks overlap', true)} blocks that overlap another one.`);
  lines.push(`Found ${list('block outside pools', true)} blocks that are in no IP pool.`);
  lines.push(`Found ${list('affinity to a missing node', true)} blocks of nodes that do not exist.`);
  lines.push(`Found ${list('block broken', true)} blocks that contradict themselves.`);
  return `${lines.join('\n')}\nCheck complete; found ${problems.length} problems.\n`;
}

function writeReport(file: string, text: string): void {
  try {
    writeFileSync(file, `${text}\n`);
  } catch (error) {
    throw new WeftError('CLI_FAILED', `Cannot write report "${file}": ${fileErrorText(error)}`);
  }
}
