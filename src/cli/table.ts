/** Whose layout a table has: columns are the same, padding differs. */
export type TableStyle = 'kubectl' | 'calicoctl';

/** A table of resources of one kind, ready to be laid out. */
export interface TableBlock {
  readonly style: TableStyle;
  readonly headers: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/**
 * Rows under their headers. kubectl: cells at least 6 wide, three spaces between, nothing behind the last. calicoctl: at
 * least 5 wide, the last one padded too, an empty line at the end.
 *
 * @param widths least width of each column, of a table printed before that goes on
 */
export function formatTable(
  rows: readonly (readonly string[])[],
  style: TableStyle,
  widths: readonly number[] = [],
): string {
  const columns = tableWidths(rows, style, widths);
  const lines = rows.map((row) => {
    const cells = row.map((cell, index) => {
      const isLast = index === row.length - 1;
      return isLast && style === 'kubectl' ? cell : cell + ' '.repeat((columns[index] ?? 0) - [...cell].length);
    });
    return `${cells.join('')}\n`;
  });
  return lines.join('') + (style === 'calicoctl' ? '\n' : '');
}

/** How wide each column of a table is, the space behind it included. */
export function tableWidths(
  rows: readonly (readonly string[])[],
  style: TableStyle,
  atLeast: readonly number[] = [],
): readonly number[] {
  const least = style === 'kubectl' ? 6 : 5;
  const widths = [...atLeast];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) {
      widths[index] = Math.max(widths[index] ?? least, [...cell].length + 3);
    }
  }
  return widths;
}
