import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { errorText } from '../../base/errors.ts';
import type { BirdSession } from '../../bird/bird-session.ts';
import { parseProtocolsAll } from '../../bird/parse-protocols-all.ts';
import { type BirdStatus, parseStatus } from '../../bird/parse-status.ts';
import { secondsSince } from '../../bird/seconds-since.ts';
import type { AgentView } from './agent-view.ts';
import { askLocalBird } from './ask-local-bird.ts';
import type { LocalProcesses } from './local-processes.ts';
import type { NodeReport, ReportedSession } from './node-report.ts';
import { reportedSession } from './reported-session.ts';

/** What BIRD says of itself and its sessions. */
interface BirdFacts {
  readonly status: BirdStatus;
  readonly protocols: readonly BirdSession[];
}

/**
 * BGP of this machine: from BIRD itself, and from the agent what only it knows, when it runs.
 *
 * @param problem of BIRD, when it does not run
 */
export async function localReport(
  { agent, bird, bird6 }: LocalProcesses,
  view: AgentView | undefined,
  problem: string | undefined,
): Promise<NodeReport> {
  const sockets = [...(bird ? ['bird.ctl'] : []), ...(bird6 ? ['bird6.ctl'] : [])];
  const answers = await Promise.all(sockets.map(askFacts));
  const facts = answers.flatMap((answer) => ('problem' in answer ? [] : [answer]));
  const problems = [problem, ...answers.map((answer) => ('problem' in answer ? answer.problem : undefined))];
  const text = problems.filter((one) => one !== undefined).join('; ');
  const sessions = facts.flatMap(sessionsOf);
  return {
    node: view?.node ?? nodeName(),
    ...(text === '' ? {} : { problem: text }),
    agent: { running: agent },
    bird: { running: bird || bird6, ...daemonOf(facts[0]?.status) },
    sessions: sessions.map((session) => ({ ...session, ...view?.sessions.get(session.name ?? '') })),
    warnings: view?.warnings ?? [],
    refusedRoutes: view?.refusedRoutes ?? [],
    ...(view?.configurationProblem === undefined ? {} : { configurationProblem: view.configurationProblem }),
  };
}

async function askFacts(socket: string): Promise<BirdFacts | { readonly problem: string }> {
  const [status, protocols] = await Promise.all([
    askLocalBird(socket, 'show status'),
    askLocalBird(socket, 'show protocols all'),
  ]);
  if ('problem' in status) return status;
  if ('problem' in protocols) return protocols;
  try {
    return { status: parseStatus(status.reply), protocols: parseProtocolsAll(protocols.reply) };
  } catch (error) {
    return { problem: errorText(error) };
  }
}

function sessionsOf({ status, protocols }: BirdFacts): readonly ReportedSession[] {
  return protocols.flatMap((protocol) => {
    const session = reportedSession(protocol);
    if (session === undefined) return [];
    const uptime = session.state === 'Established' ? secondsSince(session.since ?? '', status.serverTime) : undefined;
    return [{ ...session, ...(uptime === undefined ? {} : { uptimeSeconds: uptime }) }];
  });
}

function daemonOf(status: BirdStatus | undefined): Omit<NodeReport['bird'], 'running'> {
  if (status === undefined) return {};
  const { version, routerId, bootTime, reconfigurationTime } = status;
  return { version, routerID: routerId, lastBootTime: bootTime, lastReconfigurationTime: reconfigurationTime };
}

/** As the agent has left it for other programs. */
function nodeName(): string {
  try {
    return readFileSync('/var/lib/calico/nodename', 'utf8').trim() || hostname();
  } catch {
    return hostname();
  }
}
