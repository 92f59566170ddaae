import type { KubernetesObject } from '../api/meta.ts';

/** One column of a table of objects. */
export interface Column {
  readonly header: string;
  /** When it is shown; always when absent. */
  readonly only?: 'default' | 'wide';
  /** The cell. @param nowMs milliseconds since the epoch, for ages */
  value(object: KubernetesObject, nowMs: number): string;
}

/** Whose layout a table has: columns are the same, padding differs. */
export type TableStyle = 'kubectl' | 'calicoctl';

/** A column whose cell is a function of the object's type. */
export function column<T extends KubernetesObject>(
  header: string,
  value: (object: T, nowMs: number) => string | number | boolean | undefined,
  only?: 'default' | 'wide',
): Column {
  return {
    header,
    ...(only === undefined ? {} : { only }),
    value: (object, nowMs) => String(value(object as T, nowMs) ?? '<none>'),
  };
}

/**
 * Rows under their headers. kubectl: cells at least 6 wide, three spaces between, nothing behind the last. calicoctl: at
 * least 5 wide, the last one padded too, an empty line at the end.
 */
export function formatTable(rows: readonly (readonly string[])[], style: TableStyle): string {
  const least = style === 'kubectl' ? 6 : 5;
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) {
      widths[index] = Math.max(widths[index] ?? least, [...cell].length + 3);
    }
  }
  const lines = rows.map((row) => {
    const cells = row.map((cell, index) => {
      const isLast = index === row.length - 1;
      return isLast && style === 'kubectl' ? cell : cell + ' '.repeat((widths[index] ?? 0) - [...cell].length);
    });
    return `${cells.join('')}\n`;
  });
  return lines.join('') + (style === 'calicoctl' ? '\n' : '');
}
