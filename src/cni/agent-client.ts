import { connect } from 'node:net';
import { agentSocketPath, type CniRequest, type CniResponse } from '../api/cni-exchange.ts';
import { WeftError } from '../base/errors.ts';
import { monotonicMs } from '../host/monotonic-ms.ts';

/**
 * How long each command waits for an agent that has taken the request, in milliseconds. Kubelet gives a sandbox two
 * minutes and asks for the status every few seconds; a deletion can go on without the agent.
 */
const patienceMs: Readonly<Record<CniRequest['command'], number>> = {
  ADD: 60_000,
  DEL: 20_000,
  CHECK: 30_000,
  GC: 60_000,
  STATUS: 5_000,
};

/**
 * Asks the node agent: one JSON line there, one JSON line back.
 *
 * @returns `undefined` when no agent listens (socket missing or refused)
 * @throws WeftError CNI_AGENT_LOST when the agent went away or stayed silent before it answered
 */
export async function askAgent(request: CniRequest, socketPath = agentSocketPath): Promise<CniResponse | undefined> {
  const waitMs = patienceMs[request.command];
  const line = `${JSON.stringify({ ...request, deadlineMs: monotonicMs() + waitMs })}\n`;
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath);
    let answer = '';
    socket.setEncoding('utf8');
    socket.setTimeout(waitMs, () => socket.destroy(new Error(`no answer within ${waitMs / 1000} s`)));
    socket.once('connect', () => socket.write(line));
    socket.on('data', (chunk: string) => {
      answer += chunk;
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.syscall === 'connect') resolve(undefined);
      else reject(agentLost(error.message));
    });
    socket.once('end', () => {
      try {
        resolve(JSON.parse(answer) as CniResponse);
      } catch {
        reject(agentLost('the connection closed before an answer'));
      }
    });
  });
}

function agentLost(reason: string): WeftError {
  return new WeftError('CNI_AGENT_LOST', `the node agent took the request and then: ${reason}`);
}
