import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { WeftError } from '../base/errors.ts';

/** What an executed plugin answered: its stdout as JSON (absent when it printed nothing), or its error JSON. */
export type PluginAnswer =
  | { readonly ok: true; readonly result?: unknown }
  | { readonly ok: false; readonly error: { readonly code: number; readonly msg: string; readonly details?: string } };

/**
 * The executable of a plugin type in the directories of CNI_PATH.
 *
 * @throws WeftError HOST_PLUGIN_MISSING
 */
export function findCniPlugin(type: string, searchPath: readonly string[]): string {
  // A type is a file name, never a path. @see CNI spec 1.1 "Plugin configuration objects"
  for (const directory of type.includes('/') ? [] : searchPath) {
    const path = join(directory, type);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // The next directory may have it.
    }
  }
  throw new WeftError(
    'HOST_PLUGIN_MISSING',
    `Cannot find CNI plugin "${type}": not in ${searchPath.join(', ') || 'an empty CNI_PATH'}`,
  );
}

/**
 * Executes a plugin as a runtime does: configuration on stdin, CNI_* in the environment, JSON on stdout.
 *
 * @throws WeftError HOST_PLUGIN when it cannot be started, or prints what is neither a result nor an error
 * @see CNI spec 1.1 section 2 "Execution Protocol"
 */
export async function execCniPlugin(
  path: string,
  environment: Readonly<Record<string, string>>,
  config: unknown,
): Promise<PluginAnswer> {
  const { status, stdout, stderr } = await execute(path, environment, JSON.stringify(config));
  const answer = parseAnswer(stdout);
  if (status === 0) return answer === undefined ? { ok: true } : { ok: true, result: answer };
  if (isErrorBody(answer)) return { ok: false, error: answer };
  throw new WeftError(
    'HOST_PLUGIN',
    `Cannot use CNI plugin "${path}": exit status ${status} without an error on stdout: ${(stderr || stdout).trim() || 'no output'}`,
  );
}

function execute(
  path: string,
  environment: Readonly<Record<string, string>>,
  input: string,
): Promise<{ status: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(path, [], { env: { ...environment }, stdio: 'pipe' });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk;
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      stderr += chunk;
    });
    child.on('error', (cause) =>
      reject(new WeftError('HOST_PLUGIN', `Cannot execute CNI plugin "${path}"`, { cause })),
    );
    child.on('close', (status) => resolve({ status, stdout, stderr }));
    // A plugin that ends before it read its input makes this fail; its exit status says more than the broken pipe.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

function parseAnswer(stdout: string): unknown {
  try {
    return stdout.trim() === '' ? undefined : JSON.parse(stdout);
  } catch {
    return undefined;
  }
}

function isErrorBody(answer: unknown): answer is { code: number; msg: string } {
  return typeof answer === 'object' && answer !== null && 'code' in answer && 'msg' in answer;
}
