import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { errorText } from '../../base/errors.ts';
import { run as runProgram } from '../../host/run.ts';
import { type CommandInput, textOption } from '../command.ts';
import { refuseArguments } from '../refuse-arguments.ts';
import { requireRoot } from './require-root.ts';

/** One file of the archive. */
interface CollectedFile {
  /** Below the archive's root: `logs/agent.log`. */
  readonly name: string;
  readonly content: string;
}

/** What is collected: name in the archive and command. A program that is not there is named, nothing more. */
const commands: readonly (readonly [name: string, command: string, ...args: string[]])[] = [
  ['links', 'ip', '-details', '-statistics', 'link'],
  ['ipv4_addr', 'ip', '-4', 'addr'],
  ['ipv6_addr', 'ip', '-6', 'addr'],
  ['ipv4_route', 'ip', '-4', 'route', 'show', 'table', 'all'],
  ['ipv6_route', 'ip', '-6', 'route', 'show', 'table', 'all'],
  ['ip_rules', 'ip', 'rule'],
  ['ipv6_rules', 'ip', '-6', 'rule'],
  ['neighbours', 'ip', 'neigh'],
  ['fdb', 'bridge', 'fdb'],
  ['nft_ruleset', 'nft', '--numeric', 'list', 'ruleset'],
  ['ipv4_tables', 'iptables-save', '-c'],
  ['ipv6_tables', 'ip6tables-save', '-c'],
  ['ipsets', 'ipset', 'list'],
  ['conntrack', 'conntrack', '-L'],
  ['kernel', 'uname', '-a'],
  ['kernel_log', 'dmesg', '--ctime'],
  ['bird_protocols', 'birdc', '-s', '/var/run/calico/bird.ctl', 'show', 'protocols', 'all'],
  ['bird_routes', 'birdc', '-s', '/var/run/calico/bird.ctl', 'show', 'route', 'all'],
  ['journalctl_weft_agent', 'journalctl', '-u', 'weft-agent', '--no-pager', '-n', '20000'],
];

/** Folders whose files are taken along, and which of them. Kubeconfigs and keys never are. */
const folders: readonly (readonly [name: string, path: string, wanted: RegExp])[] = [
  ['logs', '/run/weft/logs', /\.log(\.\d+)?$/],
  ['cni', '/etc/cni/net.d', /\.(conf|conflist)$/],
  ['endpoints', '/run/weft/endpoints', /\.json$/],
];

/** What the agent says of itself, when it listens where it does by default. */
const debugPages = ['readiness', 'debug/status', 'debug/desired', 'debug/actual'];

const timeoutMs = 10_000;

/** `weft node diags`: everything about this node that helps to find out what is wrong, in one archive. */
export async function run(input: CommandInput): Promise<number> {
  const { options, io } = input;
  refuseArguments(input);
  requireRoot('node diags');
  io.out('Collecting diagnostics\n');
  const directory = mkdtempSync(join(tmpdir(), 'weft-diags-'));
  io.out(`Using temp dir: ${directory}\n`);
  const date = new Date();
  const files: CollectedFile[] = [textFile('date', `${date.toISOString()}\n`), textFile('hostname', `${hostname()}\n`)];
  for (const [name, command, ...words] of commands) {
    io.out(`Dumping ${name}\n`);
    files.push(textFile(name, await outputOf(command, words, (why) => io.out(`  ${why}\n`))));
  }
  io.out('Copying files\n');
  const logs = textOption(options, 'log-dir');
  if (logs !== undefined && !existsSync(logs)) io.out(`  Cannot read folder "${logs}": no such directory\n`);
  files.push(...folders.flatMap(filesOf), ...(logs === undefined ? [] : filesOf(['logs', logs, /./])));
  for (const page of debugPages) files.push(textFile(`agent/${page.replace('/', '_')}.json`, await readPage(page)));
  const stamp = date.toISOString().replace(/[-:]/g, '').slice(0, 15);
  io.out(`\nDiags saved to ${await archive(directory, `diags-${stamp}`, files)}\n`);
  return 0;
}

/** Writes the files below the folder, which is its owner's alone, and leaves only `NAME.tar.gz` of them. */
async function archive(directory: string, name: string, files: readonly CollectedFile[]): Promise<string> {
  const content = join(directory, name);
  for (const file of files) {
    const path = join(content, file.name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, file.content, { mode: 0o600 });
  }
  const path = `${content}.tar.gz`;
  await runProgram('tar', ['-czf', path, '-C', content, ...readdirSync(content)]);
  rmSync(content, { recursive: true });
  return path;
}

async function outputOf(command: string, words: readonly string[], tell: (why: string) => void): Promise<string> {
  const line = `$ ${[command, ...words].join(' ')}\n`;
  try {
    const { stdout, stderr } = await runProgram(command, words, { timeoutMs });
    return line + stdout + stderr;
  } catch (error) {
    const cause = (error as Error).cause as NodeJS.ErrnoException | undefined;
    const why = cause?.code === 'ENOENT' ? `${command} is not installed` : errorText(error);
    tell(why.split('\n')[0] ?? why);
    return `${line}${why}\n`;
  }
}

function filesOf([name, path, wanted]: (typeof folders)[number]): readonly CollectedFile[] {
  try {
    const entries = readdirSync(path, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && wanted.test(entry.name))
      .map((entry) =>
        textFile(`${name}/${entry.name}`.slice(0, 100), withoutSecrets(readFileSync(join(path, entry.name), 'utf8'))),
      );
  } catch {
    return [];
  }
}

/** Old CNI configurations hold tokens and passwords. */
function withoutSecrets(text: string): string {
  return text.replace(/("[^"]*(?:token|password)"\s*:\s*)"[^"]*"/gi, '$1"..."');
}

async function readPage(page: string): Promise<string> {
  const port = process.env.FELIX_HEALTHPORT ?? '9099';
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/${page}`, { signal: AbortSignal.timeout(timeoutMs) });
    return await answer.text();
  } catch (error) {
    return `${JSON.stringify({ error: errorText(error) })}\n`;
  }
}

function textFile(name: string, text: string): CollectedFile {
  return { name, content: text };
}
