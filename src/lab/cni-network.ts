import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A chain of plugins as a runtime reads it from a configuration directory. @see CNI spec 1.1 "Section 1" */
export interface CniNetwork {
  readonly name: string;
  readonly cniVersion: string;
  readonly plugins: readonly CniPluginConfig[];
}

export interface CniPluginConfig {
  readonly type: string;
  readonly [key: string]: unknown;
}

/**
 * The first usable network of a directory, in order of file names, as container runtimes choose it; `undefined` when
 * there is none (missing directory, no file, only broken files).
 */
export function readCniNetwork(directory: string): CniNetwork | undefined {
  for (const file of listConfigurations(directory)) {
    const network = parseCniNetwork(readText(join(directory, file)));
    if (network !== undefined) return network;
  }
  return undefined;
}

/** A `.conflist`, or a `.conf` as a list of one; `undefined` when the text is neither. */
export function parseCniNetwork(text: string | undefined): CniNetwork | undefined {
  try {
    const value = JSON.parse(text ?? '') as Record<string, unknown>;
    const name = value.name;
    const cniVersion = typeof value.cniVersion === 'string' ? value.cniVersion : '0.2.0';
    if (typeof name !== 'string') return undefined;
    if (typeof value.type === 'string') return { name, cniVersion, plugins: [{ ...value, type: value.type }] };
    const plugins = Array.isArray(value.plugins) ? (value.plugins as CniPluginConfig[]) : [];
    const usable = plugins.length > 0 && plugins.every((one) => typeof one?.type === 'string');
    return usable ? { name, cniVersion, plugins } : undefined;
  } catch {
    return undefined;
  }
}

function listConfigurations(directory: string): readonly string[] {
  try {
    return readdirSync(directory)
      .filter((file) => /\.(conflist|conf|json)$/.test(file))
      .toSorted();
  } catch {
    return [];
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
