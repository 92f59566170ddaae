import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { inPrivateNamespace } from '../../test/support/private-namespace.ts';
import { readNftGeneration } from './nft-generation.ts';
import { NftWatch } from './nft-watch.ts';

const nft = (...commands: string[]) => execFileSync('nft', ['-f', '-'], { input: `${commands.join('\n')}\n` });

/** What was announced while `run` ran, and what the watch then says of it. */
async function watched(run: () => void, receiveBytes?: number) {
  const heard: (number | undefined)[] = [];
  const watch = new NftWatch('inet weft', (generation) => heard.push(generation), receiveBytes);
  const before = readNftGeneration();
  try {
    run();
    const after = readNftGeneration();
    return { before, after, history: watch.history(before, after), heard, watch };
  } finally {
    watch.close();
    watch.close();
  }
}

if (inPrivateNamespace(import.meta.filename)) {
  nft('add table inet weft', 'add set inet weft s { type mark; }', 'add chain inet weft c', 'add table inet other');

  const changes: readonly (readonly [name: string, touches: number, ...commands: string[]])[] = [
    ['nothing', 0],
    ['another table', 0, 'add chain inet other c', 'add table ip weft'],
    ['an element', 1, 'add element inet weft s { 1 }'],
    ['a set emptied', 1, 'flush set inet weft s'],
    ['a rule', 1, 'add rule inet weft c drop'],
    ['a chain emptied', 1, 'flush chain inet weft c'],
    ['both tables at once', 1, 'add chain inet other d', 'add chain inet weft d'],
    ['the whole ruleset', 1, 'flush ruleset'],
  ];
  for (const [name, touches, ...commands] of changes) {
    test(`nft watch: ${name} changed -> ${touches} touches of our table`, async () => {
      const { after, heard, history } = await watched(() => commands.length > 0 && nft(...commands));
      assert.deepEqual(history, touches === 0 ? [] : [after]);
      assert.deepEqual(heard, history);
    });
  }

  test('nft watch: several transactions -> those that concern our table, from any generation on', async () => {
    nft('add table inet weft', 'add table inet other');
    const watch = new NftWatch('inet weft');
    const before = readNftGeneration();
    nft('add chain inet weft a');
    nft('add chain inet other a');
    nft('add chain inet weft b');
    assert.deepEqual(watch.history(before, before + 3), [before + 1, before + 3]);
    assert.deepEqual(watch.history(before + 1, before + 3), [before + 3]);
    assert.deepEqual(watch.history(before + 1, before + 2), []);
    watch.close();
  });

  test('nft watch: asked about times before it began, or still to come -> undefined', async () => {
    const before = readNftGeneration();
    nft('add table inet other');
    nft('add chain inet other e');
    const { watch, after } = await watched(() => {});
    assert.equal(watch.history(before, after), undefined);
    assert.equal(watch.history(after, after + 1), undefined);
  });

  test('nft watch: more is said than there is room for -> told once, undefined for what was lost, complete afterwards', async () => {
    nft('add table inet weft', 'add set inet weft s { type mark; }', 'add table inet other');
    const heard: (number | undefined)[] = [];
    const watch = new NftWatch('inet weft', (generation) => heard.push(generation), 4096);
    const before = readNftGeneration();
    const many = Array.from({ length: 2000 }, (_, i) => i).join(', ');
    nft(`add element inet weft s { ${many} }`);
    const lost = readNftGeneration();
    assert.equal(watch.history(before, lost), undefined);
    assert.deepEqual(heard, [undefined]);
    nft('add chain inet other z');
    nft('add element inet weft s { 5000 }');
    assert.deepEqual(watch.history(lost, lost + 2), [lost + 2]);
    watch.close();
  });

  test('nft watch: somebody changes the table -> told from the event loop', { timeout: 5000 }, async () => {
    const told = Promise.withResolvers<number | undefined>();
    const watch = new NftWatch('inet weft', told.resolve);
    const waiting = setInterval(() => {}, 1000);
    nft('add chain inet weft q');
    assert.equal(await told.promise, readNftGeneration());
    clearInterval(waiting);
    watch.close();
  });
}
