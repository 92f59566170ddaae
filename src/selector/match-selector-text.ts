import { matchSelector } from './match-selector.ts';
import { parseSelector } from './parse-selector.ts';
import type { Labels } from './selector.ts';

/** Whether labels match a selector as it is written; one that cannot be read (an API server refuses those) matches none. */
export function matchSelectorText(text: string, labels: Labels = {}): boolean {
  try {
    return matchSelector(parseSelector(text), labels);
  } catch {
    return false;
  }
}
