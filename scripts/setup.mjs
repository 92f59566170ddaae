/**
 * Everything a fresh Debian machine needs before the lab or the tests can run: missing Debian packages, then the npm
 * packages of the lock file (which bring Node 26). Plain JavaScript, because it runs under whatever Node >= 20 is there.
 *
 *   node scripts/setup.mjs [--test] [--bench]     also what only the tests, or only the benchmarks, need
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');
const searchPath = [...(process.env.PATH ?? '').split(':'), '/usr/local/sbin', '/usr/sbin', '/sbin'];
const policyFile = '/usr/sbin/policy-rc.d';

/** Debian package, the program it brings, and why the project needs it. */
const packages = [
  { name: 'iproute2', program: 'ip', why: 'shows links, routes and neighbours; the tests read the kernel through it' },
  { name: 'util-linux', program: 'nsenter', why: 'enters and makes the namespaces of nodes and pods' },
  { name: 'nftables', program: 'nft', why: 'loads the one nftables table of each node' },
  { name: 'bird2', program: 'bird', why: 'speaks BGP for the nodes' },
  { name: 'tcpdump', program: 'tcpdump', why: 'shows the packets that the lab and the tests capture' },
  { name: 'iputils-ping', program: 'ping', why: 'sends the pings' },
  { name: 'procps', program: 'ps', why: 'lists processes' },
];
const testPackages = [
  { name: 'iputils-arping', program: 'arping', why: 'asks for 169.254.1.1 by ARP in the tests' },
  { name: 'conntrack', program: 'conntrack', why: 'reads connection tracking in the tests' },
  { name: 'ethtool', program: 'ethtool', why: 'switches offloads in the benchmarks' },
  { name: 'curl', program: 'curl', why: 'is an HTTP client that is not ours' },
  { name: 'zsh', program: 'zsh', why: 'reads the completion script made for it' },
  { name: 'fish', program: 'fish', why: 'reads the completion script made for it' },
  {
    name: 'containernetworking-plugins',
    program: '/usr/lib/cni/host-local',
    why: 'brings host-local and ptp: the IPAM of the test without an agent, and the peer of the CNI benchmark',
  },
];
const benchPackages = [
  { name: 'iptables', program: 'iptables-nft-restore', why: "loads the benchmark peers' rules in Calico's shape" },
  { name: 'ipset', program: 'ipset', why: 'loads the sets of those rules' },
];

/** Unpacked, not installed: see unpack-debian.mjs. */
const unpacked = [
  ...(process.argv.includes('--test') ? ['kubernetes-client', 'frr', 'gobgpd', 'exabgp', 'bird'] : []),
  ...(process.argv.includes('--bench') ? ['etcd-server'] : []),
];

const wanted = [
  ...packages,
  ...(process.argv.includes('--test') ? testPackages : []),
  ...(process.argv.includes('--bench') ? benchPackages : []),
];
checkNode();
installDebianPackages(wanted.filter(({ program }) => !isInstalled(program)));
installNpmPackages();
if (unpacked.length > 0) run(process.execPath, [join(root, 'scripts/unpack-debian.mjs'), ...unpacked], process.env);

function checkNode() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 20)
    stop(`Node ${process.versions.node} runs this script, Node 20 or newer is needed (it installs Node 26 itself)`);
}

function isInstalled(program) {
  const candidates = program.startsWith('/') ? [program] : searchPath.map((directory) => join(directory, program));
  return candidates.some((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function installDebianPackages(missing) {
  if (missing.length === 0) return;
  const names = missing.map(({ name }) => name);
  for (const { name, why } of missing) console.error(`setup: Debian package ${name} is missing (it ${why})`);
  const command = `apt-get install --no-install-recommends ${names.join(' ')}`;
  if (process.getuid?.() !== 0) stop(`run as root, or install them first: sudo ${command}`);
  if (!isInstalled('apt-get'))
    stop(`no apt-get here: install the programs ${missing.map((p) => p.program).join(', ')} by other means`);
  // A package's daemon (bird) must not start in the machine's own network: this file tells Debian so, for this install.
  const ownPolicy = !existsSync(policyFile);
  if (ownPolicy) writeFileSync(policyFile, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    console.error(`setup: apt-get update, then ${command}`);
    run('apt-get', ['update', '-qq'], env, 'quiet');
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names], env, 'quiet');
  } finally {
    if (ownPolicy) rmSync(policyFile, { force: true });
  }
}

/** `npm ci` only when the lock file differs from the one that was installed. */
function installNpmPackages() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const stamp = join(root, 'node_modules/.weft-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  console.error('setup: npm ci (the packages of package-lock.json, among them Node 26)');
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], process.env);
  writeFileSync(stamp, lock);
}

/** `quiet`: what the command says is shown only when it fails. */
function run(command, args, env, quiet) {
  // Talk goes to stderr, so that a caller may read what follows on stdout.
  const stdio = quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 2, 2];
  const { status, error, stdout, stderr } = spawnSync(command, args, { cwd: root, env, stdio, encoding: 'utf8' });
  if (quiet && status !== 0) console.error(`${stdout ?? ''}${stderr ?? ''}`);
  if (error) stop(`cannot run ${command}: ${error.message}`);
  if (status !== 0)
    stop(`"${[command, ...args].join(' ')}" failed with exit status ${status}; its own message is above`);
}

function stop(message) {
  console.error(`setup: ${message}`);
  process.exit(1);
}
