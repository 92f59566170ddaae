/** All benchmarks, or those named: `npm run bench`, `scripts/node26 bench/run.ts routes wiring`. */
const all = [
  'routes',
  'wiring',
  'encapsulation',
  'cni',
  'data-path',
  'apiserver',
  'cli',
  'lab',
  'bgp',
  'policy',
  'policy-change',
  'policy-calculation',
] as const;
const named = process.argv.slice(2);
const unknown = named.filter((name) => !all.some((known) => known === name));
if (unknown.length > 0) {
  console.error(`Unknown benchmark ${unknown.join(', ')}: ${all.join(', ')} exist`);
  process.exit(2);
}
for (const name of all) {
  if (named.length > 0 && !named.includes(name)) continue;
  console.log(`== ${name}`);
  const { run } = (await import(`./${name}.ts`)) as { run(): Promise<void> };
  await run();
}
