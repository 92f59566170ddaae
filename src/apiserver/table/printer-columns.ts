import { compileJsonPath, type JsonPath } from '../../base/json-path.ts';
import { type JsonRecord, stringAt } from '../json.ts';
import { formatAge } from './age.ts';
import type { Cell, TableColumn } from './column.ts';

const types = ['string', 'integer', 'number', 'boolean', 'date'] as const;

/**
 * The columns of a CustomResourceDefinition (`additionalPrinterColumns`). A path that cannot be read, which an older
 * server may have let in, gives empty cells.
 *
 * @see apiextensions/v1 CustomResourceColumnDefinition
 */
export function printerColumns(definitions: readonly JsonRecord[]): readonly TableColumn[] {
  return definitions.map((definition) => {
    const type = types.find((one) => one === definition.type) ?? 'string';
    const find = readPath(stringAt(definition, 'jsonPath') ?? '');
    return {
      name: stringAt(definition, 'name') ?? '',
      type,
      format: stringAt(definition, 'format') ?? '',
      priority: typeof definition.priority === 'number' ? definition.priority : 0,
      description: stringAt(definition, 'description') ?? '',
      cell: (object, nowMs) => cellOf(find(object)[0], type, nowMs),
    };
  });
}

function readPath(text: string): JsonPath {
  try {
    return compileJsonPath(text);
  } catch {
    return () => [];
  }
}

function cellOf(value: unknown, type: TableColumn['type'], nowMs: number): Cell {
  if (value === undefined || value === null) return null;
  switch (type) {
    case 'integer':
    case 'number':
      return typeof value === 'number' ? (type === 'integer' ? Math.trunc(value) : value) : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date':
      return typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? formatAge(value, nowMs) : '<invalid>';
    default:
      return typeof value === 'string' ? value : JSON.stringify(value);
  }
}
