/** A part of a text. */
export interface TextPart {
  /** Offset in the whole text. */
  readonly start: number;
  readonly text: string;
}

/**
 * The values of a text that is a row of JSON objects or lists without anything between them, as `jq` and `kubectl`
 * write and read them; the whole text as one part when it is anything else.
 */
export function splitJson(text: string): readonly TextPart[] {
  const whole = [{ start: 0, text }];
  if (!/^\s*[[{]/.test(text)) return whole;
  const parts: TextPart[] = [];
  let depth = 0;
  let start = 0;
  // A text, a bracket, or a letter between two values.
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]|\S/g)) {
    if (depth === 0 && token !== '{' && token !== '[') return whole;
    if (depth === 0) start = index;
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    if (depth === 0) parts.push({ start, text: text.slice(start, index + 1) });
  }
  return depth === 0 && parts.length > 1 ? parts : whole;
}
