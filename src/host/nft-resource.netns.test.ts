import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, beforeEach, test } from 'node:test';
import { inPrivateNamespace } from '../../test/support/private-namespace.ts';
import { Journal } from '../base/journal.ts';
import type { Chain, MapElement, SetElement, Table } from '../nft/model.ts';
import { isConverged, type Outcome, totalChanges } from '../reconcile/outcome.ts';
import { runPlan } from '../reconcile/plan.ts';
import { step } from '../reconcile/step.ts';
import { NftTables } from './nft-resource.ts';

const signal = new AbortController().signal;
const nft = (...commands: string[]) => execFileSync('nft', ['-f', '-'], { input: `${commands.join('\n')}\n` });
const sh = (command: string) => execFileSync('/bin/sh', ['-c', command], { encoding: 'utf8' });
const shown = () => sh('nft list table inet weft');

const leaf = (name: string, action = 'return'): Chain => ({
  name,
  rules: [{ match: '', action, comment: `leaf ${name}` }],
});
const peer = (address: string, value: string): MapElement => ({
  key: ['327680', address],
  value,
  comment: `pod ${address}`,
});
const hook = { type: 'filter', hook: 'forward', priority: 0, policy: 'accept' } as const;
const entry: Chain = {
  name: 'filter-forward',
  hook,
  rules: [{ match: '', action: 'meta mark . ip saddr vmap @peers', comment: 'who comes' }],
};

/** A table whose members come from collections, as the agent's do. */
class World {
  readonly peers = new Journal<MapElement>(({ key }) => key.join(' '));
  readonly nets = new Journal<SetElement>(({ key }) => key.join(' '));
  chains: readonly Chain[] = [entry, leaf('a')];

  table(): Table {
    return {
      family: 'inet',
      name: 'weft',
      sets: [{ name: 'nets', key: ['ipv4_addr'], flags: ['interval'], elements: this.nets.snapshot() }],
      maps: [
        { name: 'peers', key: ['mark', 'ipv4_addr'], value: 'verdict', flags: [], elements: this.peers.snapshot() },
      ],
      chains: this.chains,
    };
  }
}

if (inPrivateNamespace(import.meta.filename)) {
  let touched = 0;
  let tables = new NftTables('inet', 'weft');
  let world = new World();
  const pass = (wanted = world.table()): Promise<Outcome> =>
    runPlan([step(tables.resource(), tables.desired(wanted), { gate: true })], signal);
  const settle = async () => assert.ok(isConverged(await pass()));
  /** What the next pass starts from: its own memory, or a listing. */
  const startsFrom = async () => (await tables.resource().list(signal))[0]?.kind;
  const nextTurn = () => new Promise((resolve) => setTimeout(resolve, 20));
  const agrees = async () => {
    using _ = { [Symbol.dispose]: () => fresh.close() };
    const fresh = new NftTables('inet', 'weft');
    const outcome = await runPlan([step(fresh.resource(), fresh.desired(world.table()))], signal);
    assert.equal(totalChanges(outcome), 0, 'a listing of everything finds a difference');
  };

  beforeEach(async () => {
    tables.close();
    nft('flush ruleset', 'add table inet other', 'add chain inet other c');
    touched = 0;
    tables = new NftTables('inet', 'weft', () => touched++);
    world = new World();
    for (let i = 1; i < 10; i++) world.peers.set(peer(`10.0.0.${i}`, 'goto a'));
    for (let i = 0; i < 10; i++) world.nets.set({ key: [`10.1.${i}.0/24`] });
    await settle();
  });
  after(() => tables.close());

  test('nft resource: our own writes -> remembered, nobody is told, a listing agrees', async () => {
    assert.equal(await startsFrom(), 'applied');
    world.peers.set(peer('10.0.9.1', 'goto a'));
    world.nets.delete('10.1.3.0/24');
    await settle();
    world.chains = [entry, leaf('a'), leaf('b')];
    world.peers.set(peer('10.0.0.1', 'goto b'));
    await settle();
    assert.equal(await startsFrom(), 'applied');
    await nextTurn();
    assert.equal(touched, 0);
    assert.match(shown(), /10\.0\.0\.1 comment "pod 10\.0\.0\.1" : goto b/);
    await agrees();
  });

  test('nft resource: a chain that leads on comes and goes -> without the nft program, a listing agrees', async () => {
    const path = process.env.PATH;
    process.env.PATH = '/nowhere';
    try {
      world.chains = [entry, leaf('a'), leaf('b', 'goto a')];
      world.peers.set(peer('10.0.0.1', 'goto b'));
      await settle();
      await agrees();
      world.chains = [entry, leaf('a')];
      world.peers.set(peer('10.0.0.1', 'goto a'));
      await settle();
      await agrees();
    } finally {
      process.env.PATH = path;
    }
    assert.equal(await startsFrom(), 'applied');
  });

  test('nft resource: a chain that leads nowhere -> the refusal of nft', async () => {
    world.chains = [entry, leaf('a'), leaf('b', 'goto nowhere')];
    const { failures } = await pass();
    assert.match(String(failures[0]?.error), /goto nowhere/);
    assert.doesNotMatch(shown(), /chain b/);
  });

  test('nft resource: transactions of others in other tables -> what we know stays known', async () => {
    nft('add rule inet other c counter');
    nft('add table ip weft');
    await nextTurn();
    assert.equal(await startsFrom(), 'applied');
    assert.equal(touched, 0);
    world.peers.delete('327680 10.0.0.1');
    await settle();
    assert.equal(await startsFrom(), 'applied');
  });

  test('nft resource: transactions of others between our look and our write -> what we know stays known', async () => {
    world.peers.set(peer('10.0.9.9', 'drop'));
    const resource = tables.resource();
    const [from] = await resource.list(signal);
    const [to] = tables.desired(world.table());
    assert.ok(from !== undefined && to !== undefined && !resource.equal(from, to));
    nft('add chain inet other between');
    await resource.apply({ create: [], update: [{ from, to }], remove: [] }, signal);
    assert.equal(await startsFrom(), 'applied');
    nft('add rule inet other c counter');
    await agrees();
  });

  test('nft resource: somebody changes our table between our look and our write -> found by the next look', async () => {
    world.peers.set(peer('10.0.9.9', 'drop'));
    const resource = tables.resource();
    const [from] = await resource.list(signal);
    const [to] = tables.desired(world.table());
    assert.ok(from !== undefined && to !== undefined);
    nft('delete element inet weft nets { 10.1.4.0/24 }');
    await resource.apply({ create: [], update: [{ from, to }], remove: [] }, signal);
    assert.equal(await startsFrom(), 'found');
    await settle();
    await agrees();
  });

  const damages: readonly (readonly [name: string, ...commands: string[]])[] = [
    ['element removed', 'delete element inet weft peers { 0x00050000 . 10.0.0.3 }'],
    ['element of others', 'add element inet weft nets { 192.0.2.0/24 }'],
    ['set emptied', 'flush set inet weft nets'],
    ['rule of others', 'insert rule inet weft filter-forward accept'],
    ['chain emptied', 'flush chain inet weft a'],
    ['table switched off', 'add table inet weft { flags dormant; }'],
    ['table deleted', 'delete table inet weft'],
    ['everything deleted', 'flush ruleset'],
  ];
  for (const [name, ...commands] of damages) {
    test(`nft resource: ${name} -> told, found by a listing, repaired`, async () => {
      nft(...commands);
      await nextTurn();
      assert.ok(touched > 0);
      assert.notEqual(await startsFrom(), 'applied');
      const outcome = await pass();
      assert.ok(isConverged(outcome) && totalChanges(outcome) > 0);
      assert.equal(await startsFrom(), 'applied');
      await agrees();
    });
  }

  test('nft resource: rule that says something else under our comment -> found, repaired', async () => {
    const [, comment, handle] =
      /counter packets 0 bytes 0 return comment "(leaf a #\w+)" # handle (\d+)/.exec(
        sh('nft -a list chain inet weft a'),
      ) ?? [];
    nft(`replace rule inet weft a handle ${handle} counter accept comment "${comment}"`);
    assert.equal(totalChanges(await pass()), 1);
    assert.match(sh('nft list chain inet weft a'), /return comment "leaf a #/);
  });

  test('nft resource: set or hook of another kind wanted -> the table is made anew', async () => {
    const wanted = world.table();
    const sets = [{ name: 'nets', key: ['ipv6_addr' as const], flags: [], elements: [] }];
    assert.ok(isConverged(await pass({ ...wanted, sets })));
    assert.match(shown(), /type ipv6_addr/);
    assert.equal(await startsFrom(), 'applied');
    const input = { ...entry, hook: { ...hook, hook: 'input' as const } };
    world.chains = [input, leaf('a')];
    await settle();
    assert.match(shown(), /hook input/);
    await agrees();
  });

  test('nft resource: chain, its map element and the last use of another chain in one change -> one transaction', async () => {
    world.chains = [entry, leaf('b')];
    for (let i = 1; i < 10; i++) world.peers.set(peer(`10.0.0.${i}`, 'goto b'));
    const outcome = await pass();
    assert.deepEqual([isConverged(outcome), totalChanges(outcome)], [true, 1]);
    assert.doesNotMatch(shown(), /chain a /);
    await agrees();
  });

  test('nft resource: rules that are refused -> old ones in force, chain and rule named; the next change goes in', async () => {
    const before = shown();
    world.chains = [entry, leaf('a'), leaf('bad', 'goto nowhere')];
    const { failures } = await pass();
    const message = failures[0]?.error.message ?? '';
    assert.match(message, /Cannot load nftables table "inet weft": chain "bad", rule "leaf bad", refused/);
    assert.match(message, /No such file or directory/);
    assert.ok(message.length < 1500);
    assert.equal(shown(), before);
    assert.equal(await startsFrom(), 'applied');
    world.chains = [entry, leaf('a'), leaf('good')];
    await settle();
    assert.match(shown(), /chain good/);
  });

  test('nft resource: bad elements among good ones -> the good ones go in, a bad one is named; mended -> complete', async () => {
    for (let i = 1; i < 200; i++) world.peers.set(peer(`10.0.8.${i}`, 'goto a'));
    world.peers.set(peer('10.0.7.0/24', 'goto a'));
    world.peers.set(peer('10.0.7.9', 'goto nowhere'));
    world.nets.delete('10.1.5.0/24');
    const outcome = await pass();
    assert.match(outcome.failures[0]?.error.message ?? '', /element "327680 \. 10\.0\.7\.\S+" of "peers" and 1 more/);
    assert.match(shown(), /10\.0\.8\.199/);
    assert.doesNotMatch(shown(), /10\.1\.5\.0/);
    world.peers.delete('327680 10.0.7.0/24');
    world.peers.delete('327680 10.0.7.9');
    await settle();
    await agrees();
  });

  test('nft resource: counters -> by chain, of the first rule that counts', async () => {
    assert.deepEqual(Object.fromEntries(tables.readCounters()), {
      'filter-forward': { packets: 0, bytes: 0 },
      a: { packets: 0, bytes: 0 },
    });
    nft('delete table inet weft');
    assert.equal(tables.readCounters().size, 0);
  });
}
