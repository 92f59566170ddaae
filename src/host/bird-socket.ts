import { createConnection } from 'node:net';
import { type ProtocolsReply, parseProtocols } from '../bird/parse-protocols.ts';

/** How long BIRD may be silent. */
const silenceMs = 2000;

/**
 * Asks a running BIRD for its protocols over its control socket.
 *
 * @param path `/var/run/calico/bird.ctl`
 * @throws Error ENOENT, ECONNREFUSED, EACCES when nobody listens; WeftError BIRD_REPLY; Error after 2 s of silence
 */
export function askProtocols(path: string): Promise<ProtocolsReply> {
  const { promise, resolve, reject } = Promise.withResolvers<ProtocolsReply>();
  const socket = createConnection({ path });
  let text = '';
  socket.setEncoding('utf8').setTimeout(silenceMs, () => {
    socket.destroy(new Error(`no answer within ${silenceMs / 1000} s`));
  });
  socket.on('connect', () => socket.write('show protocols\n'));
  socket.on('data', (chunk) => {
    text += String(chunk);
    try {
      const reply = parseProtocols(text);
      if (!reply.complete) return;
      resolve(reply);
      socket.end();
    } catch (error) {
      socket.destroy(error as Error);
    }
  });
  socket.on('error', reject);
  socket.on('close', () => reject(new Error('BIRD closed the connection before it had answered')));
  return promise;
}
