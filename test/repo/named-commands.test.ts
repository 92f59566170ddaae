import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '..', '..');

test('messages: every "weft ipam COMMAND" that a source names -> the program has it', () => {
  const help = execFileSync(join(root, 'weft'), ['help', 'ipam'], { encoding: 'utf8' });
  const source = join(root, 'src');
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => /\.ts$/.test(file));
  const named = files.flatMap((file) =>
    [...readFileSync(join(source, file), 'utf8').matchAll(/\bweft ipam ([a-z]+)/g)].map((match) => `${match[1]}`),
  );
  assert.ok(named.length > 0);
  assert.deepEqual(
    named.filter((command) => !help.includes(`weft ipam ${command}`)),
    [],
  );
});
