import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * The text of one file of type declarations of Kubernetes' kinds: `core/v1`, `meta/v1`, `runtime`. The one place that
 * knows where they are.
 *
 * @throws Error ENOENT when there is no such file
 * @see npm package kubernetes-types
 */
export function readDeclarationFile(module: string): string {
  const root = dirname(createRequire(import.meta.url).resolve('kubernetes-types/package.json'));
  return readFileSync(join(root, `${module}.d.ts`), 'utf8');
}
