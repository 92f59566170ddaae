import CliTable, { type Cell } from 'cli-table3';

const lines = { top: '-', 'top-mid': '+', 'top-left': '+', 'top-right': '+', mid: '-', 'mid-mid': '+' };
const ends = { 'left-mid': '+', 'right-mid': '+', bottom: '-', 'bottom-mid': '+', 'bottom-left': '+' };
const sides = { 'bottom-right': '+', left: '|', right: '|', middle: '|' };

/** A box of calicoctl: lines of `+---+` around and below the centred headings, rows close together, numbers to the right. */
export function formatBox(headers: readonly string[], rows: readonly (readonly string[])[]): string {
  const table = new CliTable({
    chars: { ...lines, ...ends, ...sides },
    // The declarations say texts only; cells with an alignment are documented for headings, too.
    head: headers.map((content) => ({ content, hAlign: 'center' })) as unknown as string[],
    style: { head: [], border: [], compact: true },
  });
  for (const row of rows) table.push(headers.map((_, column) => cellOf(row[column] ?? '')));
  return `${table.toString()}\n`;
}

function cellOf(content: string): Cell {
  const isNumber = /^-?\d+(\.\d+)?(e\+\d+)?%?$/.test(content);
  return { content, hAlign: isNumber ? 'right' : 'left' };
}
