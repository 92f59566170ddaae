import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { nodes, pods } from '../../api/kinds.ts';
import { startApiServer } from '../../apiserver/server.ts';
import { commandTable } from '../command-table.ts';
import { type CliWorld, runCli, startCliWorld } from '../testing/run-cli.ts';
import { complete, type Lookup } from './complete.ts';
import { completionScripts } from './scripts.ts';

const launcher = fileURLToPath(new URL('../../../weft', import.meta.url));

/** Says what was looked up. */
const lookup: Lookup = (wanted, before) => Promise.resolve([`<${wanted}>`, `${wanted}-of-${before.at(-1)}`]);

describe('complete', () => {
  const table: readonly [line: string, found: readonly string[] | 'files'][] = [
    ['ge', ['get']],
    ['__', []],
    ['ipam s', ['show', 'split']],
    ['ipam show --show-b', ['--show-blocks', '--show-borrowed']],
    ['get pods --outp', ['--output']],
    ['get pods --log', []],
    ['ipam configure --strictaffinity=t', ['--strictaffinity=true']],
    ['ipam configure --strictaffinity = t', ['true']],
    ['ipam configure --strictaffinity =', ['true', 'false']],
    ['patch ippool p -t m', ['merge']],
    ['apply -f ', 'files'],
    ['apply --filename=', 'files'],
    ['get <k', ['<kind>']],
    ['get pods <r', ['<resource>']],
    ['get pods -n <n', ['<namespace>']],
    ['get -A pods resource', ['resource-of-pods']],
    ['--context dev get <k', ['<kind>']],
    ['--context <c', ['<context>']],
    ['controllers --log', ['--log-level']],
    ['--kube', ['--kubeconfig']],
    ['help ipam c', ['check', 'configure']],
    ['help get ', []],
    ['completion f', ['fish']],
    ['lab up --mode v', ['vxlan']],
    ['version ', []],
    ['nonsense x', []],
  ];
  for (const [line, expected] of table) {
    test(`weft ${line}: -> ${expected}`, async () => {
      const found = await complete(line.split(' '), commandTable, lookup);
      assert.deepEqual(found === 'files' ? found : found.map(({ value }) => value), expected);
    });
  }

  test('every visible command and sub-command -> offered', async () => {
    for (const command of commandTable.filter(({ hidden }) => hidden !== true)) {
      assert.ok((await values([command.name])).includes(command.name), command.name);
      for (const sub of command.commands ?? []) {
        assert.equal((await values([command.name, sub.name])).includes(sub.name), sub.hidden !== true, sub.usage);
      }
    }
  });
});

async function values(words: readonly string[]): Promise<readonly string[]> {
  const found = await complete(words, commandTable, lookup);
  return found === 'files' ? [] : found.map(({ value }) => value);
}

describe('names from a cluster', () => {
  let world: CliWorld;
  before(async () => {
    world = await startCliWorld(startApiServer);
    await world.cluster.create(nodes, { metadata: { name: 'node7' } });
    await world.cluster.create(pods, {
      metadata: { name: 'web-1', namespace: 'kube-system' },
      spec: { nodeName: 'node7', containers: [{ name: 'c', image: 'i' }] },
    });
  });
  after(() => world.stop());

  const table: readonly [line: string, out: string][] = [
    ['get no', 'node\n'],
    ['get nodes n', 'node7\n'],
    ['get pods web -n kube-system --', ''],
    ['-n kube-system get pods web', 'web-1\n'],
    ['get pods web', ''],
    ['get pods -n kube-s', 'kube-system\n'],
    ['get nodes --context ', 'x\n'],
    ['-n kube-s', 'kube-system\n'],
    ['--context x -n kube-s', 'kube-system\n'],
    ['--context ', 'x\n'],
    ['get pods --kubeconfig /gone -n ', ''],
  ];
  for (const [line, out] of table) {
    test(`weft ${line}: -> ${JSON.stringify(out)}`, async () => {
      const result = await world.weft(['__complete', '--', ...line.split(' ')]);
      assert.equal(result.err, '');
      assert.equal(result.status, 0);
      if (out === '') assert.doesNotMatch(result.out, /web-1|node7/);
      else assert.ok(result.out.split('\n').includes(out.trim()), result.out);
    });
  }

  test('no cluster at all: -> nothing, status 0, no word on stderr', async () => {
    const result = await runCli(['__complete', '--', 'get', 'pods', ''], { env: { KUBECONFIG: '/gone' } });
    assert.deepEqual(result, { out: '', err: '', status: 0 });
  });
});

describe('shells', () => {
  const directory = mkdtempSync(join(tmpdir(), 'weft-completion-'));
  before(() => {
    for (const name of ['weft', 'calicoctl']) symlinkSync(launcher, join(directory, name));
    writeFileSync(join(directory, 'pool file.yaml'), '');
  });
  after(() => rmSync(directory, { recursive: true }));

  /** What bash offers for a command line, its words as bash cuts them. */
  function bash(words: readonly string[]): readonly string[] {
    const script = `${completionScripts.bash}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _weft_complete; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const env = { PATH: `${directory}:${process.env.PATH}`, HOME: directory, KUBECONFIG: '/gone' };
    const result = spawnSync('bash', ['--norc', '-uc', script, 'bash', ...words], {
      encoding: 'utf8',
      cwd: directory,
      env,
    });
    assert.equal(result.stderr, '');
    return result.stdout.split('\n').filter((line) => line !== '');
  }

  test('bash: commands, options, values behind "=", files with spaces, under both names', () => {
    assert.deepEqual(bash(['weft', 'ipam', 'sp']), ['split']);
    assert.deepEqual(bash(['calicoctl', 'node', 'sta']), ['status']);
    assert.deepEqual(bash(['weft', 'ipam', 'configure', '--strictaffinity', '=', 'f']), ['false']);
    assert.deepEqual(bash(['weft', 'apply', '-f', 'pool']), ['pool file.yaml']);
    assert.deepEqual(bash(['weft', 'get', 'pods', '']), []);
  });

  test('bash: all names are registered', () => {
    const script = `${completionScripts.bash}\ncomplete -p weft calicoctl kubectl-weft`;
    const { stdout, status } = spawnSync('bash', ['--norc', '-c', script], { encoding: 'utf8' });
    assert.equal(status, 0);
    assert.equal(stdout.split('\n').filter((line) => line.includes('_weft_complete')).length, 3);
  });

  // zsh completes on a terminal only: there its last step, which shows the answers, is replaced by printing them.
  const asked = {
    fish: `${completionScripts.fish}\ncomplete -C 'weft ipam s'`,
    zsh: `autoload -U compinit; compinit -u; ${completionScripts.zsh}
_describe() { print -l -- "\${answers[@]}"; }
words=(weft ipam s); CURRENT=3; _weft_complete`,
  };
  for (const shell of ['zsh', 'fish'] as const) {
    test(`${shell}: sub-commands with their summaries`, () => {
      const result = spawnSync(shell, ['-c', asked[shell]], {
        encoding: 'utf8',
        env: { PATH: `${directory}:${process.env.PATH}`, HOME: directory, KUBECONFIG: '/gone' },
      });
      const found = result.stdout.split('\n').map((line) => line.split(/[:\t]/)[0]);
      assert.deepEqual([result.status, result.stderr, found], [0, '', ['show', 'split', '']]);
    });
  }

  test('completion: unknown shell -> the nearest; none -> all', async () => {
    assert.match((await runCli(['completion', 'bsh'])).err, /^Unknown shell "bsh", did you mean "bash"\?/);
    const none = await runCli(['completion']);
    assert.match(none.err, /one of bash, fish, zsh needed/);
    assert.equal(none.status, 2);
  });
});
