import type { BirdOption, BirdWord } from './model.ts';

/** `words value ...;`: `option('scan time', number(2))`. */
export function option(...words: readonly BirdWord[]): BirdOption {
  return { kind: 'option', words };
}
