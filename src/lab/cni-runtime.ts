import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { WeftError } from '../base/errors.ts';
import type { CniNetwork, CniPluginConfig } from './cni-network.ts';

/** What a runtime says about one attachment. */
export interface CniAttachment {
  readonly containerId: string;
  readonly netns: string;
  readonly ifName: string;
  /** CNI_ARGS. */
  readonly args: Readonly<Record<string, string>>;
  /** `runtimeConfig` by capability, handed to plugins that declare it. */
  readonly capabilities?: Readonly<Record<string, unknown>>;
}

/** The part of a plugin's result that a runtime reads. */
export interface CniAddResult {
  readonly cniVersion?: string;
  readonly ips?: readonly { readonly address: string }[];
  readonly [key: string]: unknown;
}

/**
 * Attaches a container: runs every plugin's ADD in order, each with the result of the one before.
 *
 * @throws WeftError LAB_CNI with the plugin's own code, msg and details
 * @see CNI spec 1.1 "Section 3: Adding an attachment"
 */
export async function cniAdd(
  network: CniNetwork,
  attachment: CniAttachment,
  searchPath: readonly string[],
): Promise<CniAddResult> {
  let result: CniAddResult | undefined;
  for (const plugin of network.plugins) {
    const output = await execute('ADD', network, plugin, attachment, searchPath, result);
    result = JSON.parse(output) as CniAddResult;
  }
  return result ?? {};
}

/** Detaches: every plugin's DEL in reverse order, all with the result of the ADD. */
export async function cniDel(
  network: CniNetwork,
  attachment: CniAttachment,
  searchPath: readonly string[],
  result: CniAddResult | undefined,
): Promise<void> {
  for (const plugin of network.plugins.toReversed()) {
    await execute('DEL', network, plugin, attachment, searchPath, result);
  }
}

/** Asks every plugin whether it can serve ADDs. @throws WeftError LAB_CNI when one cannot */
export async function cniStatus(network: CniNetwork, searchPath: readonly string[]): Promise<void> {
  // The command came with version 1.1.0; a plugin with an older configuration is asked in the words it has.
  const asked = { ...network, cniVersion: '1.1.0' };
  for (const plugin of network.plugins) await execute('STATUS', asked, plugin, undefined, searchPath, undefined);
}

async function execute(
  command: 'ADD' | 'DEL' | 'STATUS',
  network: CniNetwork,
  plugin: CniPluginConfig,
  attachment: CniAttachment | undefined,
  searchPath: readonly string[],
  prevResult: CniAddResult | undefined,
): Promise<string> {
  const binary = searchPath.map((folder) => join(folder, plugin.type)).find((path) => existsSync(path));
  if (binary === undefined) {
    throw new WeftError('LAB_CNI', `Cannot run CNI plugin "${plugin.type}": not in ${searchPath.join(':')}`);
  }
  const { capabilities: declared, ...rest } = plugin;
  const offered = Object.entries(attachment?.capabilities ?? {}).filter(
    ([name]) => (declared as Record<string, unknown> | undefined)?.[name] === true,
  );
  const config = {
    ...rest,
    name: network.name,
    cniVersion: network.cniVersion,
    ...(offered.length > 0 ? { runtimeConfig: Object.fromEntries(offered) } : {}),
    ...(prevResult === undefined ? {} : { prevResult }),
  };
  const environment = {
    ...process.env,
    CNI_COMMAND: command,
    CNI_PATH: searchPath.join(':'),
    ...(attachment === undefined ? {} : attachmentEnvironment(attachment)),
  };
  const { status, stdout, stderr } = await runPlugin(binary, JSON.stringify(config), environment);
  if (status === 0) return stdout;
  throw new WeftError(
    'LAB_CNI',
    `Cannot ${command} with CNI plugin "${plugin.type}": ${describe(stdout, stderr, status)}`,
  );
}

function attachmentEnvironment(attachment: CniAttachment): Record<string, string> {
  const args = Object.entries(attachment.args).map(([key, value]) => `${key}=${value}`);
  return {
    CNI_CONTAINERID: attachment.containerId,
    CNI_NETNS: attachment.netns,
    CNI_IFNAME: attachment.ifName,
    CNI_ARGS: ['IgnoreUnknown=1', ...args].join(';'),
  };
}

function runPlugin(
  binary: string,
  input: string,
  env: NodeJS.ProcessEnv,
): Promise<{ readonly status: number; readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(binary, [], { env, stdio: ['pipe', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.on('error', (cause) =>
      reject(new WeftError('LAB_CNI', `Cannot run CNI plugin "${binary}": ${cause.message}`)),
    );
    child.on('close', (status) => resolve({ status: status ?? 128, stdout, stderr }));
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

/** The error object's own words, else whatever the plugin printed. @see CNI spec 1.1 "Error" */
function describe(stdout: string, stderr: string, status: number): string {
  try {
    const body = JSON.parse(stdout) as { code?: number; msg?: string; details?: string };
    const details = body.details === undefined || body.details === '' ? '' : `: ${body.details}`;
    return `${body.msg ?? 'no message'}${details} (code ${body.code ?? 'unknown'})`;
  } catch {
    const said = (stderr.trim() || stdout.trim()).split('\n').slice(-3).join(' / ');
    return `status ${status}${said === '' ? '' : `: ${said}`}`;
  }
}
