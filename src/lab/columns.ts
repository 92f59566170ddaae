/** Rows as aligned columns, three spaces apart, one line each. Escape sequences of colours take no width. */
export function formatColumns(rows: readonly (readonly string[])[], indent = ''): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, visibleWidth(cell));
  }
  return rows
    .map((row) => {
      const cells = row.map((cell, index) => cell + ' '.repeat((widths[index] ?? 0) - visibleWidth(cell)));
      return `${indent}${cells.join('   ').trimEnd()}\n`;
    })
    .join('');
}

function visibleWidth(text: string): number {
  // biome-ignore lint/complexity/useRegexLiterals: the escape character in a literal reads badly
  return text.replace(new RegExp('\\x1b\\[[0-9;]*m', 'g'), '').length;
}
