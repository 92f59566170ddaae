import { WeftError } from '../base/errors.ts';
import { type BirdReply, replyFailure } from './bird-reply.ts';

/** An answer that is not what was asked for. */
export function replyError(message: string): WeftError {
  return new WeftError('BIRD_REPLY', message);
}

/** The rows of an answer. @throws WeftError BIRD_REPLY when BIRD did not do what it was asked */
export function requireAnswer(reply: BirdReply): BirdReply['lines'] {
  const failure = replyFailure(reply);
  if (failure !== undefined) throw replyError(`BIRD says: ${failure}`);
  return reply.lines;
}
