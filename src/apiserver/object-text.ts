import { apiVersionOf } from '../api/meta.ts';
import type { AnswerForm } from './http/accept.ts';
import type { ApiObject, JsonRecord } from './json.ts';
import type { ListResult } from './list.ts';
import type { Resource } from './resource.ts';
import type { TableColumn } from './table/column.ts';
import { columnsOf } from './table/columns-of.ts';
import {
  type IncludeObject,
  partialMetadataText,
  type RowSource,
  type TableOptions,
  tableText,
} from './table/table-text.ts';

/** How the objects of one answer are written. */
export interface TextOptions {
  readonly resource: Resource;
  readonly form: AnswerForm;
  /** Of a Table; those of the resource when absent. */
  readonly columns?: readonly TableColumn[];
  readonly include: IncludeObject;
  /** Milliseconds since the epoch, for ages. */
  readonly nowMs: number;
}

/** One object in the form the client asked for: itself, a Table of one row, or its metadata. */
export function objectText(row: RowSource, options: TextOptions): string {
  const { form } = options;
  if (form.kind === 'table') return tableText([row], rowMeta(row), tableOptions(options, form.version));
  return form.kind === 'metadata' ? partialMetadataText(row, form.version) : row.text;
}

/** A list in the form the client asked for, put together from the stored texts where these are what is sent. */
export function listText(list: ListResult, options: TextOptions): string {
  const { form, resource } = options;
  const metadata = {
    resourceVersion: list.resourceVersion,
    ...(list.continueToken !== undefined && { continue: list.continueToken }),
    ...(list.remaining !== undefined && { remainingItemCount: list.remaining }),
  };
  if (form.kind === 'table') return tableText(list.entries, metadata, tableOptions(options, form.version));
  const partial = form.kind === 'metadata';
  const head = JSON.stringify({
    kind: partial ? 'PartialObjectMetadataList' : resource.listKind,
    apiVersion: partial ? `meta.k8s.io/${form.version}` : apiVersionOf(resource),
    metadata,
  });
  const items = list.entries.map(partial ? (entry) => partialMetadataText(entry, form.version) : ({ text }) => text);
  return `${head.slice(0, -1)},"items":[${items.join(',')}]}`;
}

/** Writes the objects of one watch. */
export interface EventWriter {
  object(row: RowSource): string;
  /** @param object metadata and nothing else: where the watch is */
  bookmark(object: ApiObject): string;
}

/**
 * What writes the objects of a watch that is not for plain objects. Of Tables only the first one carries the
 * definitions of the columns.
 *
 * @returns `undefined` for plain objects, whose texts are sent as they are stored
 */
export function eventWriter(options: TextOptions, now: () => number): EventWriter | undefined {
  const { form } = options;
  if (form.kind === 'metadata') {
    const object = (row: RowSource) => partialMetadataText(row, form.version);
    return { object, bookmark: (bookmark) => object({ object: bookmark, text: '' }) };
  }
  if (form.kind !== 'table') return undefined;
  let first = true;
  const write = (row: RowSource, columns: readonly TableColumn[]): string => {
    const text = tableText(
      [row],
      rowMeta(row),
      { ...tableOptions(options, form.version), columns, nowMs: now() },
      first,
    );
    first = false;
    return text;
  };
  const columns = options.columns ?? columnsOf(options.resource);
  const empty = columns.map((column) => ({ ...column, cell: () => null }));
  return {
    object: (row) => write(row, columns),
    bookmark: (object) => write({ object, text: JSON.stringify(object) }, empty),
  };
}

function rowMeta({ object }: RowSource): JsonRecord {
  return { resourceVersion: object.metadata.resourceVersion };
}

function tableOptions(options: TextOptions, version: TableOptions['version']): TableOptions {
  const { resource, include, nowMs } = options;
  return { version, columns: options.columns ?? columnsOf(resource), include, nowMs };
}
