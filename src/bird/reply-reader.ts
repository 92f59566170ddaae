import type { BirdReply, BirdReplyLine } from './bird-reply.ts';
import { replyError } from './reply-error.ts';

/**
 * Puts BIRD's answers together from the pieces in which they arrive. Each line begins with four digits and `-` (more
 * follows) or a space (the answer's last line); a line that begins with a space goes on with the code before it, one
 * that begins with `+` is a log message for whoever asked for them.
 *
 * @see BIRD, doc/reply_codes; BIRD User's Guide, "Remote control"
 */
export class BirdReplyReader {
  #rest = '';
  #code: number | undefined;
  #lines: BirdReplyLine[] = [];
  #version: string | undefined;

  /**
   * Takes the next piece.
   *
   * @returns the answers that are complete with it; the greeting is none
   * @throws WeftError BIRD_REPLY for what no BIRD says
   */
  push(text: string): readonly BirdReply[] {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    return lines.flatMap((line) => this.#take(line) ?? []);
  }

  #take(line: string): BirdReply | undefined {
    if (line.startsWith('+')) return undefined;
    const [, digits, sign = ''] = /^(\d{4})([ -]|$)/.exec(line) ?? [];
    if (digits === undefined && (this.#code === undefined || !line.startsWith(' '))) {
      throw replyError('unexpected output line from BIRD');
    }
    this.#code = digits === undefined ? this.#code : Number(digits);
    this.#lines.push({ code: this.#code ?? 0, text: line.slice(digits === undefined ? 1 : 5) });
    return digits === undefined || sign === '-' ? undefined : this.#end();
  }

  #end(): BirdReply | undefined {
    const lines = this.#lines;
    this.#lines = [];
    this.#code = undefined;
    const [first] = lines;
    if (first?.code === greeting) {
      this.#version = /^BIRD (\S+) ready/.exec(first.text)?.[1];
      return undefined;
    }
    return this.#version === undefined ? { lines } : { version: this.#version, lines };
  }
}

const greeting = 1;
