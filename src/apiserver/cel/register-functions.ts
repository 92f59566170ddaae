import type { Environment } from '@marcbachmann/cel-js';

/** Functions by CEL signature: `isIP(string): bool`, `string.find(string): string` (receiver before the dot). */
export type CelFunctions = Readonly<Record<string, (...args: never[]) => unknown>>;

/** Adds functions to an environment. None of ours is asynchronous, which the library would otherwise reckon with. */
export function registerFunctions(environment: Environment, functions: CelFunctions): void {
  for (const [signature, handler] of Object.entries(functions)) {
    environment.registerFunction(signature, handler, { async: false });
  }
}
