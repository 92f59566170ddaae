import type { RefusedRoute } from '../../api/calico-config.ts';
import { isRecord } from '../../base/is-record.ts';

/** What the agent of this machine knows of BGP and BIRD does not: of its `/debug/status`. */
export interface AgentView {
  readonly node?: string;
  /** `bird`, `vxlan`, `none`. */
  readonly backend?: string;
  readonly warnings: readonly string[];
  readonly configurationProblem?: string;
  /** By name of the session. */
  readonly sessions: ReadonlyMap<string, { readonly flaps?: number; readonly lastError?: string }>;
  readonly refusedRoutes: readonly RefusedRoute[];
}

/** The agent is on this machine: it answers at once or not at all. */
const limitMs = 1000;

/** Asks the agent of this machine, at the port it has by default; `undefined` when it does not answer there. */
export async function readAgentView(env: Readonly<Record<string, string | undefined>>): Promise<AgentView | undefined> {
  const port = env.FELIX_HEALTHPORT ?? '9099';
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/debug/status`, { signal: AbortSignal.timeout(limitMs) });
    return answer.ok ? decodeAgentView(await answer.json()) : undefined;
  } catch {
    return undefined;
  }
}

/** Reads what may be of another version: what is not understood is left out. */
export function decodeAgentView(status: unknown): AgentView {
  const { node, backend, warnings, bgp } = record(status);
  const { sessions, refusedRoutes, configurationProblem } = record(bgp);
  return {
    ...(isText(node) ? { node } : {}),
    ...(isText(backend) ? { backend } : {}),
    warnings: list(warnings).filter(isText),
    ...(isText(configurationProblem) ? { configurationProblem } : {}),
    sessions: new Map(list(sessions).flatMap(decodeSession)),
    refusedRoutes: list(refusedRoutes).flatMap(decodeRefused),
  };
}

function decodeSession(value: unknown): [string, { flaps?: number; lastError?: string }][] {
  const { name, flaps, lastError } = record(value);
  if (!isText(name)) return [];
  return [[name, { ...(typeof flaps === 'number' ? { flaps } : {}), ...(isText(lastError) ? { lastError } : {}) }]];
}

function decodeRefused(value: unknown): readonly RefusedRoute[] {
  const { destination, peerIP, reason } = record(value);
  if (!isText(destination) || !isText(reason)) return [];
  return [{ destination, ...(isText(peerIP) ? { peerIP } : {}), reason }];
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
