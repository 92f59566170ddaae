import type { CommandIo } from './command.ts';
import { decodeText } from './manifest/decode-text.ts';

/**
 * The world of a real process.
 *
 * @param program what it was called as, see {@link CommandIo.program}
 */
export function processIo(program?: string): CommandIo {
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    readInput: async () => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of process.stdin) chunks.push(chunk);
      return decodeText('-', Buffer.concat(chunks));
    },
    env: process.env,
    color: process.stdout.isTTY === true && (process.env.NO_COLOR ?? '') === '',
    program,
  };
}
