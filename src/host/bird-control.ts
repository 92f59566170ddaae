import { createConnection } from 'node:net';
import { WeftError } from '../base/errors.ts';
import type { BirdReply } from '../bird/bird-reply.ts';
import { BirdReplyReader } from '../bird/reply-reader.ts';

/** How long BIRD may be silent unless told otherwise. */
const defaultSilenceMs = 2000;

/** More than a full table of the internet: whoever says more is no BIRD, or would not fit into memory. */
const maxCharacters = 400_000_000;

/**
 * Asks a running BIRD one thing over its control socket. Each question has a connection of its own, so that any number
 * may be asked at the same time.
 *
 * @param socket path of the control socket, `/run/calico/bird.ctl`
 * @param command one line, as a person would type it into `birdc`
 * @param options timeoutMs: how long BIRD may be silent (2 s); signal: gives up
 * @returns BIRD's answer, which may be a refusal (see `replyFailure`)
 * @throws WeftError HOST_BIRD_DOWN when nobody listens; HOST_BIRD when it may not be asked, is silent, goes away, or
 * what it says makes no sense
 */
export function askBird(
  socket: string,
  command: string,
  options: { readonly timeoutMs?: number; readonly signal?: AbortSignal } = {},
): Promise<BirdReply> {
  const { promise, resolve, reject } = Promise.withResolvers<BirdReply>();
  if (/[\r\n\0]/.test(command)) {
    reject(new WeftError('HOST_BIRD', 'Cannot ask BIRD: the command has several lines, one is needed'));
    return promise;
  }
  const { timeoutMs = defaultSilenceMs, signal } = options;
  const connection = createConnection({ path: socket, ...(signal === undefined ? {} : { signal }) });
  const reader = new BirdReplyReader();
  let characters = 0;
  connection.setEncoding('utf8').setTimeout(timeoutMs, () => {
    connection.destroy(new Error(`no answer within ${timeoutMs / 1000} s`));
  });
  connection.on('connect', () => connection.write(`${command}\n`));
  connection.on('data', (chunk) => {
    characters += chunk.length;
    try {
      if (characters > maxCharacters) throw new Error('the answer does not end');
      const [reply] = reader.push(String(chunk));
      if (reply === undefined) return;
      resolve(reply);
      connection.destroy();
    } catch (error) {
      connection.destroy(error as Error);
    }
  });
  connection.on('error', (cause) => reject(socketError(socket, cause)));
  connection.on('close', () => {
    reject(socketError(socket, new Error('BIRD closed the connection before it had answered')));
  });
  return promise;
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such socket, BIRD must be running',
  ECONNREFUSED: 'nobody listens on it, BIRD must be running',
  ENOTSOCK: 'not a socket',
  EACCES: 'permission denied, root is needed',
  EPERM: 'permission denied, root is needed',
};

function socketError(socket: string, cause: Error): WeftError {
  const code = 'code' in cause ? String(cause.code) : '';
  const down = code === 'ENOENT' || code === 'ECONNREFUSED';
  const message = `Cannot ask BIRD at "${socket}": ${reasons[code] ?? cause.message}`;
  return new WeftError(down ? 'HOST_BIRD_DOWN' : 'HOST_BIRD', message);
}
