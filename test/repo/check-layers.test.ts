import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

const checker = join(import.meta.dirname, '../../scripts/check-layers.ts');
const rooms = {
  base: { pure: true, imports: [] },
  net: { pure: true, imports: ['base'] },
  host: { pure: false, imports: ['base', 'net'] },
};

/** Runs the checker over a tree made of these files; answers its exit status and what it said. */
function check(files: Record<string, string>): { status: number | null; said: string } {
  const root = mkdtempSync(join(tmpdir(), 'weft-layers-'));
  try {
    for (const [name, text] of Object.entries({ 'scripts/rooms.json': JSON.stringify(rooms), ...files })) {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), text);
    }
    const { status, stdout, stderr } = spawnSync(process.execPath, [checker, root], { encoding: 'utf8' });
    return { status, said: stdout + stderr };
  } finally {
    rmSync(root, { recursive: true });
  }
}

const cases: readonly { name: string; files: Record<string, string>; said: RegExp | undefined }[] = [
  {
    name: 'imports along the table',
    files: { 'src/base/a.ts': 'export const a = 1;\n', 'src/net/b.ts': "import { a } from '../base/a.ts';\na;\n" },
    said: undefined,
  },
  {
    name: 'import against the table',
    files: { 'src/base/a.ts': "import { b } from '../net/b.ts';\nb;\n", 'src/net/b.ts': 'export const b = 1;\n' },
    said: /src\/base\/a\.ts: room "base" may not import room "net"/,
  },
  {
    name: 'type import against the table',
    files: { 'src/base/a.ts': "import type { B } from '../net/b.ts';\n", 'src/net/b.ts': 'export type B = 1;\n' },
    said: /may not import room "net"/,
  },
  {
    name: 'dynamic import against the table',
    files: { 'src/net/a.ts': "await import('../host/b.ts');\n", 'src/host/b.ts': 'export const b = 1;\n' },
    said: /room "net" may not import room "host"/,
  },
  {
    name: 'multi-line import against the table',
    files: { 'src/net/a.ts': "import {\n  b,\n} from '../host/b.ts';\nb;\n", 'src/host/b.ts': 'export const b = 1;\n' },
    said: /room "net" may not import room "host"/,
  },
  {
    name: 'pure room with node:fs',
    files: { 'src/net/a.ts': "import 'node:fs';\n" },
    said: /pure room "net" imports node:fs/,
  },
  {
    name: 'pure room with the clock',
    files: { 'src/net/a.ts': 'export const t = Date.now();\n' },
    said: /uses Date\.now/,
  },
  { name: 'impure room with node:fs', files: { 'src/host/a.ts': "import 'node:fs';\n" }, said: undefined },
  { name: 'unknown room', files: { 'src/utils/a.ts': '' }, said: /room "utils" is not in/ },
  { name: 'file of 501 lines', files: { 'src/net/a.ts': '\n'.repeat(501) }, said: /501 lines, 500 at most/ },
  {
    name: 'cycle inside a room',
    files: { 'src/net/a.ts': "import './b.ts';\n", 'src/net/b.ts': "import './a.ts';\n" },
    said: /import cycle: src\/net\/a\.ts -> src\/net\/b\.ts -> src\/net\/a\.ts/,
  },
];

for (const { name, files, said } of cases) {
  test(`check-layers: ${name} -> ${said === undefined ? 'passes' : 'fails and says why'}`, () => {
    const outcome = check(files);
    assert.equal(outcome.status, said === undefined ? 0 : 1, outcome.said);
    if (said !== undefined) assert.match(outcome.said, said);
  });
}
