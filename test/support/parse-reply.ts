import type { BirdReply } from '../../src/bird/bird-reply.ts';
import { replyError } from '../../src/bird/reply-error.ts';
import { BirdReplyReader } from '../../src/bird/reply-reader.ts';

/**
 * Reads the first answer in everything that BIRD has said on a connection.
 *
 * @throws WeftError BIRD_REPLY for what no BIRD says, or when the answer's end is missing
 */
export function parseReply(text: string): BirdReply {
  const [reply] = new BirdReplyReader().push(text);
  if (reply === undefined) throw replyError('BIRD has not finished its answer');
  return reply;
}
