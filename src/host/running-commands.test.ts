import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runningCommands } from './running-commands.ts';

test('processes of another network namespace, kernel threads: -> left out', () => {
  const proc = mkdtempSync(join(tmpdir(), 'weft-proc-'));
  const process = (pid: string, network: string, ...argv: readonly string[]): void => {
    mkdirSync(join(proc, pid, 'ns'), { recursive: true });
    writeFileSync(join(proc, pid, 'cmdline'), argv.map((word) => `${word}\0`).join(''));
    symlinkSync(network, join(proc, pid, 'ns', 'net'));
  };
  try {
    process('self', 'net:[1]');
    process('7', 'net:[1]', 'weft', 'agent');
    process('8', 'net:[2]', 'weft', 'agent', '--node', 'other');
    process('9', 'net:[1]');
    assert.deepEqual(runningCommands(proc), [['weft', 'agent']]);
  } finally {
    rmSync(proc, { recursive: true });
  }
});
