/**
 * How policy gets into the kernel (rows 8 and 9 of the benchmark definitions): a cold load of 1,000 endpoints with 10
 * policies, beside Calico's iptables shape; one pod that joins a selector, from the event to the commit, beside `nft -f`
 * of one element; and a pod that comes to the node and goes, beside `nft -f` of what it needs. Runs itself again in a
 * network namespace of its own.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { NftTables } from '../src/host/nft-resource.ts';
import type { Table } from '../src/nft/model.ts';
import type { PolicyCalculation } from '../src/policy/calculation.ts';
import { step } from '../src/reconcile/step.ts';
import { printFigure } from './figure.ts';
import { pairedRounds } from './paired.ts';
import { calicoIptables } from './policy-iptables.ts';
import { calculate, joinSelector, oneMore, type PolicyLoad, policyLoad, renderLoad } from './policy-load.ts';

const rounds = 7;
const changesPerRound = 20;
const sizes = [10, 10_000] as const;
/** Changes before anything is timed: code that has run a few hundred times is as fast as it gets. */
const warmUp = 400;

export async function run(): Promise<void> {
  const { status, error } = spawnSync('unshare', ['--net', process.execPath, import.meta.filename], {
    stdio: 'inherit',
  });
  if (error !== undefined) throw error;
  if (status !== 0) process.exitCode = status ?? 1;
}

async function measure(): Promise<void> {
  await coldLoad();
  await oneChange();
  await onePod();
}

async function coldLoad(): Promise<void> {
  const load = policyLoad(1000, 10, 7001);
  const state = calculate(load).state();
  const { sets, rules } = calicoIptables(load);
  const times = await pairedRounds(
    rounds,
    async () => {
      const start = performance.now();
      const tables = new NftTables('inet', 'weft');
      await bring(tables, renderLoad(load, state));
      const ms = performance.now() - start;
      tables.close();
      execFileSync('nft', ['delete', 'table', 'inet', 'weft']);
      return ms;
    },
    () => {
      const start = performance.now();
      execFileSync('ipset', ['restore'], { input: sets });
      execFileSync('iptables-nft-restore', ['--noflush'], { input: rules });
      const ms = performance.now() - start;
      execFileSync('nft', ['flush', 'ruleset']);
      execFileSync('ipset', ['destroy']);
      return ms;
    },
  );
  printFigure({
    name: 'policy: cold load, 1,000 endpoints, 10 policies',
    unit: 'ms',
    ...times,
    goal: { atMost: 0.25 },
  });
}

async function oneChange(): Promise<void> {
  const found: (readonly number[])[] = [];
  for (const members of sizes) {
    const load = policyLoad(1, 1, 7001, members);
    const calculation = calculate(load);
    const tables = new NftTables('inet', 'weft');
    await bring(tables, renderLoad(load, calculation.state()));
    loadPeer(members);
    let joined = 0;
    while (joined < warmUp) await joinOne(calculation, tables, load, joined++);
    const times = await pairedRounds(
      rounds,
      async () => {
        const start = performance.now();
        for (let i = 0; i < changesPerRound; i++) await joinOne(calculation, tables, load, joined++);
        return (performance.now() - start) / changesPerRound;
      },
      () => {
        const start = performance.now();
        for (let i = 0; i < changesPerRound; i++) addPeerElement(joined * 100 + i);
        return (performance.now() - start) / changesPerRound;
      },
    );
    found.push(times.ours);
    printFigure({ name: `policy: one pod joins ${members} members`, unit: 'ms', ...times, goal: { atMost: 0.1 } });
    tables.close();
    execFileSync('nft', ['flush', 'ruleset']);
  }
  const [small = [], large = []] = found;
  printFigure({ name: '.. 10,000 members beside 10', unit: 'ms', ours: large, peer: small, goal: { atMost: 1.3 } });
}

async function onePod(): Promise<void> {
  const load = policyLoad(1000, 10, 7001);
  const calculation = calculate(load);
  const tables = new NftTables('inet', 'weft');
  await bring(tables, renderLoad(load, calculation.state()));
  loadPeer(10);
  const comeAndGo = async () => {
    for (const here of [true, false]) {
      calculation.apply([oneMore(load, here)]);
      await bring(tables, renderLoad(load, calculation.state()));
    }
  };
  for (let i = 0; i < warmUp / 4; i++) await comeAndGo();
  const times = await pairedRounds(
    rounds,
    async () => {
      const start = performance.now();
      for (let i = 0; i < changesPerRound; i++) await comeAndGo();
      return (performance.now() - start) / changesPerRound;
    },
    () => {
      const start = performance.now();
      for (let i = 0; i < changesPerRound; i++) comeAndGoPeer();
      return (performance.now() - start) / changesPerRound;
    },
  );
  printFigure({ name: 'policy: a pod comes to 1,000 others and goes', unit: 'ms', ...times });
  tables.close();
  execFileSync('nft', ['flush', 'ruleset']);
}

async function joinOne(calculation: PolicyCalculation, tables: NftTables, load: PolicyLoad, n: number): Promise<void> {
  calculation.apply([joinSelector(n)]);
  await bring(tables, renderLoad(load, calculation.state()));
}

/** One pass of the agent over this one resource: look, compare, write. */
async function bring(tables: NftTables, table: Table): Promise<void> {
  const signal = AbortSignal.timeout(60_000);
  const difference = await step(tables.resource(), tables.desired(table)).inspect(signal);
  const failures = await difference.applyForward(signal);
  for (const error of failures.values()) throw error;
}

function loadPeer(members: number): void {
  const elements = Array.from({ length: members }, (_, i) => `10.200.${i >> 8}.${i & 255} . tcp . 80`);
  const set = `set s { type ipv4_addr . inet_proto . inet_service; elements = { ${elements.join(', ')} }; }`;
  execFileSync('nft', ['-f', '-'], {
    input: `table inet peer {\n${set}\nmap d { type ifname : verdict; }\nchain end { }\n}\n`,
  });
}

function addPeerElement(n: number): void {
  const address = `10.${201 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}`;
  execFileSync('nft', ['-f', '-'], { input: `add element inet peer s { ${address} . tcp . 80 }\n` });
}

/** The same two chains and elements, in an empty table. */
function comeAndGoPeer(): void {
  const come = ['from', 'to'].map((way) => `add chain inet peer ${way}\nadd rule inet peer ${way} counter goto end\n`);
  const input = `${come.join('')}add element inet peer d { cali1 : goto from, cali2 : goto to }\n`;
  execFileSync('nft', ['-f', '-'], { input });
  const gone = 'delete element inet peer d { cali1, cali2 }\ndelete chain inet peer from\ndelete chain inet peer to\n';
  execFileSync('nft', ['-f', '-'], { input: `flush chain inet peer from\nflush chain inet peer to\n${gone}` });
}

if (import.meta.main) await measure();
