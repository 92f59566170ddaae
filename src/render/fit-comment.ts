import { maxRuleComment } from '../nft/model.ts';

/** The text as a comment in the kernel: without what nft cannot quote, and cut where it is too long (in bytes). */
export function fitComment(text: string, maxBytes = maxRuleComment): string {
  const plain = text.replaceAll('"', "'").replaceAll(/[^ !#-[\]-~]/g, '_');
  return plain.length <= maxBytes ? plain : `${plain.slice(0, maxBytes - 3)}...`;
}
