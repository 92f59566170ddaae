import type { ApiObject } from '../json.ts';

/** What one cell holds; `null` is "no value", which clients show as nothing. */
export type Cell = string | number | boolean | null;

/** One column of a Table: its definition and how its cells are made. @see meta/v1 TableColumnDefinition */
export interface TableColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  /** `name` marks the column that identifies the object. */
  readonly format: string;
  /** 0 is always shown, 1 with `-o wide` only. */
  readonly priority: number;
  readonly description: string;
  /** @param nowMs milliseconds since the epoch, for ages */
  cell(object: Readonly<ApiObject>, nowMs: number): Cell;
}

/** A column whose cell is a function of the object's own type. `wide` ones are shown with `-o wide` only. */
export function column<T>(
  name: string,
  cell: (object: T, nowMs: number) => Cell | undefined,
  more: { readonly type?: TableColumn['type']; readonly wide?: true } = {},
): TableColumn {
  return {
    name,
    type: more.type ?? 'string',
    format: name === 'Name' ? 'name' : '',
    priority: more.wide === true ? 1 : 0,
    description: '',
    // The store holds what was checked when it was written: the object is of the column's type.
    cell: (object, nowMs) => cell(object as T, nowMs) ?? null,
  };
}
