import { connect } from 'node:net';
import { agentSocketPath, type CniRequest, type CniResponse } from '../api/cni-exchange.ts';
import { CniError, cniErrorCode } from './error-codes.ts';

/** Kubelet gives a sandbox two minutes; the agent answers well before that or not at all. */
const answerTimeoutMs = 90_000;

/**
 * Asks the node agent: one JSON line there, one JSON line back.
 *
 * @returns `undefined` when no agent listens (socket missing or refused)
 * @throws CniError 11 when the agent went away or stayed silent before it answered
 */
export async function askAgent(request: CniRequest, socketPath = agentSocketPath): Promise<CniResponse | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath);
    let answer = '';
    socket.setEncoding('utf8');
    socket.setTimeout(answerTimeoutMs, () => socket.destroy(new Error(`no answer within ${answerTimeoutMs / 1000} s`)));
    socket.once('connect', () => socket.write(`${JSON.stringify(request)}\n`));
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

function agentLost(reason: string): CniError {
  return new CniError(cniErrorCode.tryAgainLater, `Cannot reach the node agent: ${reason}`, 'Try again later');
}
