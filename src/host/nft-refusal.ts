import type { NftTableName } from './nft-elements.ts';

/** Lines of nft's own words that are kept, and how much of each: it repeats the whole line that it did not like. */
const keptLines = 6;
const keptCharacters = 300;

/**
 * Says which part of a text nft or the kernel refused: nft names the line, the line names chain and comment, and so the
 * policy.
 *
 * @param words what nft said
 */
export function refusedText(table: NftTableName, text: string, words: string): string {
  const said = words
    .split('\n')
    .filter((line) => /\S/.test(line) && !/^[\s^~]+$/.test(line))
    .slice(0, keptLines)
    .map((line) => (line.length > keptCharacters ? `${line.slice(0, keptCharacters)}...` : line.trimEnd()))
    .join('; ');
  return `Cannot load nftables table "${table.family} ${table.name}": ${placeOf(text, words)}refused, what was there before stays in force: ${said}`;
}

/** `chain "x", rule "why", `; nothing when the words have no line number or it leads nowhere. */
function placeOf(text: string, words: string): string {
  const number = Number(/:(\d+):\d+(?:-\d+)?: Error/.exec(words)?.[1] ?? Number.NaN);
  const lines = text.split('\n');
  const line = lines[number - 1];
  if (line === undefined) return '';
  const comment = /comment "([^"]*?)(?: #[0-9a-f]{10})?"/.exec(line)?.[1];
  const owner = ownerOf(lines, number - 1);
  const rule = comment === undefined || owner.startsWith('set') || owner.startsWith('map') ? '' : `rule "${comment}", `;
  return `${owner}${rule}`;
}

/** The chain, set or map that a line is about: named by a command, or by the block it is in. */
function ownerOf(lines: readonly string[], index: number): string {
  const command = /^(?:add|delete|flush) (rule|chain|element|set|map) \S+ \S+ (\S+)/.exec(lines[index] ?? '');
  if (command !== null)
    return `${command[1] === 'rule' ? 'chain' : command[1] === 'element' ? 'set' : command[1]} "${command[2]}", `;
  for (let at = index; at >= 0; at--) {
    const block = /^\t(chain|set|map) (\S+) \{/.exec(lines[at] ?? '');
    if (block !== null) return `${block[1]} "${block[2]}", `;
  }
  return '';
}
