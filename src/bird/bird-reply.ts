/** One line of what BIRD says on its control socket, without its prefix. */
export interface BirdReplyLine {
  /** 0-999 done, 1000-1999 a row, 2000-2999 headings, 8000-8999 it failed, 9000-9999 not understood. */
  readonly code: number;
  readonly text: string;
}

/**
 * BIRD's whole answer to one command. The last line ends it and tells how it went.
 *
 * @see BIRD, doc/reply_codes
 */
export interface BirdReply {
  /** `2.0.12`, of the greeting; absent when the greeting was not BIRD's. */
  readonly version?: string;
  readonly lines: readonly BirdReplyLine[];
}

/** What BIRD has against the command it was asked; `undefined` when it did it. */
export function replyFailure(reply: BirdReply): string | undefined {
  const last = reply.lines.at(-1);
  return last === undefined || last.code < 8000 ? undefined : last.text.trim();
}
