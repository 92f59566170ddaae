/**
 * Checks what no compiler checks: which room may import which (scripts/rooms.json), that pure rooms stay pure, that
 * there is no import cycle, and that no source file is longer than 500 lines.
 *
 *   scripts/check-layers [ROOT]     exit status 1 and one line per offence
 */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';

interface Room {
  readonly pure: boolean;
  readonly imports: readonly string[];
}

interface Import {
  readonly target: string;
  /** `import type`: gone at run time, so it cannot close a cycle. */
  readonly typeOnly: boolean;
}

const maxLines = 500;
/** The only built-in a pure room may use: hashing is a function of its argument. */
const pureBuiltIns = new Set(['node:crypto']);
const impureGlobals = /\b(process\.|Date\.now\(|Math\.random\(|new Date\(\)|setTimeout\(|setInterval\(|fetch\()/;

const root = process.argv[2] ?? join(import.meta.dirname, '..');
const table = JSON.parse(readFileSync(join(root, 'scripts/rooms.json'), 'utf8')) as Record<string, Room>;
const files = globSync('src/**/*.ts', { cwd: root }).sort();
const graph = new Map(files.map((file) => [file, importsOf(readFileSync(join(root, file), 'utf8'))]));
const offences = [...files.flatMap(checkFile), ...findCycles()];
for (const offence of offences) console.error(offence);
if (offences.length > 0) process.exit(1);
console.log(`check-layers: ${files.length} files in ${Object.keys(table).length} rooms, no offence`);

function checkFile(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const found: string[] = [];
  const lines = text.split('\n').length - 1;
  if (lines > maxLines) found.push(`${file}: ${lines} lines, ${maxLines} at most`);
  const room = roomOf(file);
  const isTest = file.endsWith('.test.ts');
  if (room === 'main.ts' || isTest) return found;
  const rule = table[room];
  if (rule === undefined) return [...found, `${file}: room "${room}" is not in scripts/rooms.json`];
  for (const { target } of graph.get(file) ?? []) found.push(...checkImport(file, room, rule, target));
  if (rule.pure && impureGlobals.test(withoutComments(text))) {
    found.push(`${file}: pure room "${room}" uses ${impureGlobals.exec(withoutComments(text))?.[0]} (pass it in)`);
  }
  return found;
}

function checkImport(file: string, room: string, rule: Room, target: string): string[] {
  if (target.startsWith('node:')) {
    return rule.pure && !pureBuiltIns.has(target) ? [`${file}: pure room "${room}" imports ${target}`] : [];
  }
  if (!target.startsWith('.')) return [];
  const path = normalize(join(dirname(file), target));
  if (!existsSync(join(root, path))) return [`${file}: imports ${target}, which does not exist`];
  const other = roomOf(path);
  if (other === room || rule.imports.includes(other)) return [];
  return [`${file}: room "${room}" may not import room "${other}" (${target})`];
}

function roomOf(file: string): string {
  return relative('src', file).split('/')[0] ?? '';
}

function importsOf(text: string): Import[] {
  const code = withoutComments(text);
  const statements = code.matchAll(/^\s*(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm);
  const dynamic = code.matchAll(/\bimport\(\s*'([^']+)'/g);
  return [
    ...[...statements].map((m) => ({ target: m[2] ?? '', typeOnly: m[1] !== undefined })),
    ...[...dynamic].map((m) => ({ target: m[1] ?? '', typeOnly: false })),
  ];
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}

/** Depth-first search over value imports; each cycle is reported once, from its first file. */
function findCycles(): string[] {
  const state = new Map<string, 'open' | 'done'>();
  const cycles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (state.get(file) === 'done') return;
    if (state.get(file) === 'open') {
      cycles.push(`import cycle: ${[...path.slice(path.indexOf(file)), file].join(' -> ')}`);
      return;
    }
    state.set(file, 'open');
    for (const { target, typeOnly } of graph.get(file) ?? []) {
      const next = normalize(join(dirname(file), target));
      if (!typeOnly && target.startsWith('.') && graph.has(next)) visit(next, [...path, file]);
    }
    state.set(file, 'done');
  };
  for (const file of files) visit(file, []);
  return cycles;
}
