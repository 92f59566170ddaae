/** Order of texts by code unit, not by the language of a machine: every machine must come to the same order. */
export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
