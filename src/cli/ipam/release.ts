import { clusterInformations } from '../../api/kinds.ts';
import { WeftError } from '../../base/errors.ts';
import type { HttpCluster } from '../../datastore/http-cluster.ts';
import { judgeAll } from '../../ipam/check-ipam.ts';
import { heldAddresses } from '../../ipam/held-address.ts';
import type { AddressRelease } from '../../ipam/release.ts';
import { type Ip, tryParseIp } from '../../net/ip.ts';
import { clientVersion } from '../client-version.ts';
import { type CommandInput, type CommandIo, flag, textOption, textOptions } from '../command.ts';
import { refuseArguments } from '../refuse-arguments.ts';
import { usageError } from '../usage-error.ts';
import { leakedInAll, readLeakReport } from './leak-report.ts';
import { blockStoreOf, readCooldownSeconds, readIp, readIpamFacts } from './read-ipam.ts';

/**
 * `weft ipam release`: one address, or what reports call leaked. Whatever a report says, each address is judged once
 * more and released only as the allocation that was looked at, so that no lock of the datastore is needed.
 */
export async function run(input: CommandInput): Promise<number> {
  const { options, io, usage, connect } = input;
  refuseArguments(input);
  const files = textOptions(options, 'from-report');
  const text = textOption(options, 'ip');
  if ((text === undefined) === (files.length === 0)) {
    throw usageError(`Nothing to release given; usage: ${usage}`);
  }
  const force = flag(options, 'force');
  if (text !== undefined) {
    const ip = readIp('--ip', text);
    await releaseOne(await connect(), ip, force);
    io.out(`Successfully released IP address ${ip}\n`);
    return 0;
  }
  return releaseReported(await connect(), files, force, io);
}

async function releaseOne(cluster: HttpCluster, ip: Ip, force: boolean): Promise<void> {
  const facts = await readIpamFacts(cluster);
  const [found] = judgeAll(
    heldAddresses(facts.blocks).filter((address) => address.ip === ip),
    facts.nodes,
    facts.pods,
  );
  if (found === undefined) throw new WeftError('CLI_FAILED', `IP address ${ip} is not assigned`);
  if (found.verdict.kind === 'in use' && !force) {
    throw new WeftError('CLI_FAILED', `Cannot release IP address "${ip}": ${found.verdict.reason}, --force needed`);
  }
  const cooldown = await readCooldownSeconds(cluster);
  const result = await blockStoreOf(cluster, facts.blocks).releaseAddresses([found.address], cooldown);
  if (result.refused.length > 0) {
    throw new WeftError('CLI_FAILED', `Cannot release IP address "${ip}": it was given anew meanwhile, look again`);
  }
}

async function releaseReported(
  cluster: HttpCluster,
  files: readonly string[],
  force: boolean,
  io: CommandIo,
): Promise<number> {
  const reports = files.map((file) => ({ file, report: readLeakReport(file) }));
  const guid = (await cluster.get(clusterInformations, 'default'))?.spec.clusterGUID ?? '';
  for (const { file, report } of reports) {
    if (report.clusterGUID !== guid) {
      throw new WeftError(
        'CLI_FAILED',
        `cluster does not match the provided report (${file}): mismatched cluster GUID. Refusing to release`,
      );
    }
    if (report.version !== clientVersion) {
      io.err(`WARNING: Report ${file} was produced by another version (${report.version})\n`);
    }
  }
  const leaks = leakedInAll(reports.map(({ report }) => report));
  if (leaks.length === 0) {
    io.out("Report didn't contain any leaked IPs to clean up.\n");
    return 0;
  }
  const facts = await readIpamFacts(cluster);
  const judged = new Map(
    judgeAll(heldAddresses(facts.blocks), facts.nodes, facts.pods).map(({ address, verdict }) => [address.ip, verdict]),
  );
  const wanted = leaks.flatMap(({ handle, sequenceNumber, ...leak }): AddressRelease[] => {
    const ip = tryParseIp(leak.ip);
    return ip === undefined ? [] : [{ ip, handle, sequenceNumber }];
  });
  const revived = force ? [] : wanted.filter(({ ip }) => judged.get(ip)?.kind === 'in use');
  const releases = wanted.filter((release) => !revived.includes(release));
  io.out(`Releasing ${releases.length} old IPs...\n`);
  const cooldown = await readCooldownSeconds(cluster);
  const { released, absent, refused } = await blockStoreOf(cluster, facts.blocks).releaseAddresses(releases, cooldown);
  io.out(`Released ${released.length} IPs successfully\n`);
  if (absent.length > 0) {
    io.out(`${absent.length} addresses marked as leaked in the report had already been cleaned up.\n`);
  }
  const kept = revived.length + refused.length;
  if (kept > 0) io.out(`${kept} addresses marked as leaked in the report are in use by now and were left alone.\n`);
  return 0;
}
