import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CniError, cniErrorCode } from '../api/cni-error.ts';
import { agentRunDirectory, type CniRequest, type CniResponse, type CniResult } from '../api/cni-exchange.ts';
import { errorText } from '../base/errors.ts';
import { askAgent } from './agent-client.ts';
import { standardIpamType } from './delegate.ts';
import { type PluginCall, parseConfig, readCall } from './request.ts';
import { formatResult } from './result.ts';
import { isHeldByAnother, leaveNote } from './run-directory.ts';
import { supportedVersions } from './version.ts';

/**
 * `weft cni`, also reached by CNI_COMMAND in the environment: the CNI plugin. One JSON document on stdout, talk on
 * stderr. Exit status 0, or 1 with an error document.
 *
 * @see CNI spec 1.1 section 2
 */
export async function run(_argv: readonly string[]): Promise<number> {
  let asked: unknown;
  try {
    const stdin = readFileSync(0, 'utf8');
    if (process.env.CNI_COMMAND === 'VERSION') {
      print(versionAnswer(stdin));
      return 0;
    }
    asked = askedVersion(stdin);
    const call = readCall(process.env, stdin);
    const result = await perform(call);
    if (result !== undefined && call.request.command === 'ADD') print(formatResult(result, call.version));
    return 0;
  } catch (error) {
    // An answer in a version that we do not speak must still be readable: the newest one that all know.
    const version = supportedVersions.find((known) => known === asked) ?? '1.0.0';
    const body = error instanceof CniError ? error.body : { code: cniErrorCode.ioFailure, msg: errorText(error) };
    print({ cniVersion: version, ...body });
    return 1;
  }
}

async function perform(call: PluginCall): Promise<CniResult | undefined> {
  const { request } = call;
  const socketPath = join(runDirectory(), 'agent.sock');
  const ipamType = standardIpamType(call.request.config);
  let response: CniResponse | undefined;
  try {
    response = await askAgent(request, socketPath);
  } catch (error) {
    // An agent that hangs or was killed over the request: the pod must be able to go all the same.
    return withoutAgent(request, errorText(error));
  }
  if (response !== undefined) {
    if (!response.ok) throw new CniError(response.error.code, response.error.msg, response.error.details);
    return response.result;
  }
  if (ipamType !== undefined) {
    const { performStandalone } = await import('./standalone.ts');
    return performStandalone(call, ipamType, process.env);
  }
  return withoutAgent(request, `no agent listens on ${socketPath}`);
}

/** No agent answers: a DEL is done as far as this machine goes and noted for the agent, the rest must wait. */
async function withoutAgent(request: CniRequest, reason: string): Promise<undefined> {
  switch (request.command) {
    case 'DEL': {
      const { unwire } = await import('./standalone.ts');
      unwire(request, (device) => isHeldByAnother(runDirectory(), device, request.containerId));
      leaveNote(runDirectory(), request);
      return undefined;
    }
    case 'STATUS':
      throw new CniError(
        cniErrorCode.notAvailable,
        `Cannot network new pods: ${reason}`,
        'Start the node agent (weft agent), or look into its log',
      );
    case 'ADD':
    case 'CHECK':
    case 'GC':
      throw new CniError(
        cniErrorCode.tryAgainLater,
        `Cannot ${request.command} now: ${reason}`,
        'Try again when the node agent answers, or name a standard "ipam" plugin in the network configuration',
      );
  }
}

function versionAnswer(stdin: string): Record<string, unknown> {
  // Runtimes probe with whatever they have: a version question is answered even without a configuration.
  const asked = askedVersion(stdin);
  return { cniVersion: typeof asked === 'string' && asked !== '' ? asked : '1.0.0', supportedVersions };
}

function askedVersion(stdin: string): unknown {
  try {
    return parseConfig(stdin).cniVersion;
  } catch (error) {
    console.error(errorText(error));
    return undefined;
  }
}

function runDirectory(): string {
  return process.env.WEFT_RUN_DIRECTORY ?? agentRunDirectory;
}

function print(answer: unknown): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
