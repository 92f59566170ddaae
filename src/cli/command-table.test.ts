import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { usage as agentUsage } from '../agent/options.ts';
import { usage as controllersUsage } from '../controller/options.ts';
import { labUsage } from '../lab/usage.ts';
import type { Command } from './command.ts';
import { commandDocs } from './command-docs.ts';
import { commandTable } from './command-table.ts';
import { findCommand } from './find-command.ts';
import { helpText } from './help.ts';
import { optionsOf, parseOptions } from './parse-options.ts';
import { runCli } from './testing/run-cli.ts';

const all = commandTable.flatMap((command) => [command, ...(command.commands ?? [])]);
const shown = all.filter(({ hidden }) => hidden !== true);
const leaves = shown.filter(({ commands }) => commands === undefined);
const pathOf = (command: Command) => command.usage.split(' ').slice(0, commandTable.includes(command) ? 1 : 2);

describe('command table', () => {
  test('overview: fits on a screen of 24 lines and 80 columns', () => {
    for (const program of ['weft', 'calicoctl', 'kubectl weft']) {
      const lines = helpText([], program).trimEnd().split('\n');
      assert.ok(lines.length <= 24, `${lines.length} lines`);
      assert.deepEqual(
        lines.filter((line) => line.length > 80),
        [],
      );
      for (const { name } of commandTable.filter(({ hidden }) => hidden !== true)) {
        assert.ok(
          lines.some((line) => line.includes(` ${name} `)),
          name,
        );
      }
    }
  });

  test('every command: usage begins with its name, is found by it, has a load or is a program', () => {
    for (const command of shown) {
      assert.equal(pathOf(command).at(-1), command.name, command.usage);
      assert.equal(findCommand(pathOf(command), commandTable).command, command);
      assert.ok(
        command.summary.length <= (commandTable.includes(command) ? 24 : 40),
        `${command.usage}: ${command.summary}`,
      );
    }
  });

  test('every command: two to four examples that the program takes', () => {
    for (const { examples = [], usage } of leaves) {
      assert.ok(examples.length >= 2 && examples.length <= 4, usage);
      for (const [line] of examples) {
        const words =
          (line.split(/ [<>] /)[0] ?? '').match(/'[^']*'|\S+/g)?.map((word) => word.replace(/^'|'$/g, '')) ?? [];
        const { command, rest } = findCommand(words, commandTable);
        assert.doesNotThrow(() => parseOptions(command, rest), line);
      }
    }
  });

  test('every group of commands: the first example of each', () => {
    for (const group of shown.filter(({ commands }) => commands !== undefined)) {
      const text = helpText(pathOf(group)).split('\nExamples:\n')[1] ?? '';
      for (const { hidden, examples = [], usage } of group.commands ?? []) {
        if (hidden !== true) assert.ok(text.includes(`  weft ${examples[0]?.[0]}`), usage);
      }
    }
  });

  test('every command: options have help, letters are used once', () => {
    for (const command of leaves) {
      const options = Object.entries(optionsOf(command));
      const letters = options
        .flatMap(([, { short, aliases = [] }]) => [short, ...aliases])
        .filter((one) => one?.length === 1);
      assert.equal(new Set(letters).size, letters.length, `${command.usage}: ${letters}`);
      for (const [name, { help }] of options) assert.ok(help.length > 3, `${command.usage} --${name}`);
    }
  });

  test('help, --help and -h of every command and sub-command: -> the same text', async () => {
    for (const command of shown.filter(({ load, commands }) => load !== undefined || commands !== undefined)) {
      const path = pathOf(command);
      const text = (await runCli(['help', ...path])).out;
      // Long ones go on in the next line.
      assert.ok(text.replaceAll(/\n +/g, ' ').startsWith(`Usage: weft ${command.usage}\n`));
      for (const word of ['--help', '-h']) assert.equal((await runCli([...path, word])).out, text, path.join(' '));
    }
  });

  test('docs/cli.md: as the table says (UPDATE_GOLDEN=1 rewrites it)', () => {
    const file = new URL('../../docs/cli.md', import.meta.url);
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(file, commandDocs());
    assert.ok(existsSync(file));
    assert.equal(readFileSync(file, 'utf8'), commandDocs());
  });
});

test('every command: explained within 80 columns, but for examples to be copied', () => {
  for (const command of shown) {
    const long = helpText(pathOf(command))
      .split('\n')
      .filter((line) => line.length > 80 && !/^ {2}weft /.test(line));
    assert.deepEqual(long, [], command.usage);
  }
});

describe('programs that read their own command lines', () => {
  const apiserver = readFileSync(new URL('../apiserver/program.ts', import.meta.url), 'utf8');
  const texts: readonly [name: string, usage: string][] = [
    ['agent', agentUsage],
    ['controllers', controllersUsage],
    ['apiserver', apiserver.slice(0, apiserver.indexOf('export async function run'))],
    ['lab', labUsage],
  ];
  for (const [name, usage] of texts) {
    test(`${name}: options of the table and of its usage -> the same`, () => {
      const command = commandTable.find((one) => one.name === name);
      const own = [...(command?.commands ?? []), ...(command === undefined ? [] : [command])];
      const table = new Set(own.flatMap(({ options = {} }) => Object.keys(options)));
      const said = new Set([...usage.matchAll(/--([a-z][a-z0-9-]+)/g)].map(([, option = '']) => option));
      const ignored = ['help', ...(name === 'lab' ? ['output', 'file'] : [])];
      const wanted = (options: Set<string>) => [...options].filter((option) => !ignored.includes(option)).sort();
      assert.deepEqual(wanted(table), wanted(said));
    });
  }
});

describe('command lines that are wrong', () => {
  const table: readonly [line: string, status: number, err: RegExp][] = [
    ['ipm show', 2, /^Unknown command "ipm", did you mean "ipam"\?$/],
    ['ipam shwo', 2, /^Unknown ipam command "shwo", did you mean "show"\?$/],
    ['node frobnicate', 2, /^Unknown node command "frobnicate", see "weft help node"$/],
    [
      'ipam show --show-blocs',
      2,
      /^Unknown option "--show-blocs", did you mean "--show-blocks"\?; usage: weft ipam show/,
    ],
    ['ipam show extra', 2, /^Unexpected word "extra"; usage: weft ipam show/],
    ['--contxt x get pods', 2, /^Unknown option "--contxt" before the command, did you mean "--context"\?$/],
    ['--context x', 2, /^No command given, see "weft help"$/],
    ['help ipam nothing', 2, /^Unknown ipam command "nothing", see "weft help ipam"$/],
    ['datastore migrate lock --config=x', 1, /^Cannot run "datastore": .*use: weft import-calico$/],
    ['cluster diags', 1, /^Cannot run "cluster": .*use: weft node diags$/],
    ['convert -f x', 1, /^Cannot run "convert": .*use: weft import-calico$/],
    ['node run --node-image=x', 1, /^Cannot run "node run": .*use: weft agent$/],
  ];
  for (const [line, status, err] of table) {
    test(`weft ${line}: -> status ${status}`, async () => {
      const result = await runCli(line.split(' '));
      assert.match(result.err, err);
      assert.equal(result.status, status);
      assert.equal(result.out, '');
    });
  }
});
