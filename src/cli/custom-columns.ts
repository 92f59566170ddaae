import type { KubernetesObject } from '../api/meta.ts';
import { compileJsonPath, type JsonPath } from '../base/json-path.ts';
import { formatValue } from './json-path-template.ts';
import type { TableBlock } from './table.ts';
import { usageError } from './usage-error.ts';

/** A column of kubectl's `custom-columns`. */
export interface CustomColumn {
  readonly header: string;
  readonly find: JsonPath;
}

/**
 * Reads `NAME:.metadata.name,NODE:.spec.nodeName`.
 *
 * @throws WeftError CLI_USAGE, JSON_PATH
 */
export function parseCustomColumns(spec: string): readonly CustomColumn[] {
  return splitColumns(spec).map((part) => {
    const colon = part.indexOf(':');
    if (colon <= 0 || colon === part.length - 1) throw usageError(`Cannot read column "${part}", HEADING:.path needed`);
    return { header: part.slice(0, colon), find: compileJsonPath(part.slice(colon + 1)) };
  });
}

/**
 * Reads the file of `custom-columns-file`: a line of headings and one of paths below them.
 *
 * @throws WeftError CLI_USAGE, JSON_PATH
 */
export function parseColumnsFile(text: string): readonly CustomColumn[] {
  const [headers, paths] = text.split('\n').map((line) => line.split(/\s+/).filter((word) => word !== ''));
  if (headers === undefined || paths === undefined || headers.length !== paths.length || headers.length === 0) {
    throw usageError('Cannot read file of columns: a line of headings and a line with as many paths needed');
  }
  return headers.map((header, index) => ({ header, find: compileJsonPath(paths[index] ?? '') }));
}

/** Splits at commas that are in no brackets. */
function splitColumns(spec: string): readonly string[] {
  return spec.match(/(?:\[(?:"[^"]*"|'[^']*'|[^\]])*\]|[^,[])+/g) ?? [];
}

/** The table of objects under these columns; `<none>` where a path leads nowhere. */
export function customTable(columns: readonly CustomColumn[], objects: readonly KubernetesObject[]): TableBlock {
  const rows = objects.map((object) =>
    columns.map(({ find }) => {
      const values = find(object);
      return values.length === 0 ? '<none>' : values.map((value) => formatValue(value) || '<none>').join(',');
    }),
  );
  return { style: 'kubectl', headers: columns.map(({ header }) => header), rows };
}
