import type { IncomingMessage } from 'node:http';
import { timeoutError } from './http-transport.ts';

/** The whole body as text. A pause longer than `idleMs` ends it with an error. */
export async function readBody(answer: IncomingMessage, idleMs: number): Promise<string> {
  answer.setEncoding('utf8');
  let timer = setTimeout(() => {}, 0);
  const expire = (): void => {
    answer.destroy(timeoutError(`no more of the answer within ${idleMs / 1000} s`));
  };
  let text = '';
  try {
    const restart = (): void => {
      clearTimeout(timer);
      timer = setTimeout(expire, idleMs);
    };
    restart();
    for await (const chunk of answer) {
      text += chunk;
      restart();
    }
    return text;
  } finally {
    clearTimeout(timer);
  }
}

/** The complete lines of a stream, without line feeds; empty ones are left out. */
export async function* readLines(answer: AsyncIterable<string>): AsyncGenerator<string> {
  let rest: string[] = [];
  for await (const chunk of answer) {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf('\n', start);
      if (end < 0) break;
      rest.push(chunk.slice(start, end));
      const line = rest.join('');
      rest = [];
      start = end + 1;
      if (line.trim() !== '') yield line;
    }
    if (start < chunk.length) rest.push(chunk.slice(start));
  }
}
