/** A place in a file; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Where an object was read. */
export interface Source {
  /** The file, `-` for standard input. */
  readonly file: string;
  /** The number of the document in the file, from 1. */
  readonly document: number;
  /**
   * Where a field of the object stands (`spec.cidr`, `spec.nets[2]`), the place of what encloses it when it is missing;
   * `undefined` when nobody knows.
   */
  find(field: string): Position | undefined;
}

/** `pool.yaml: document 2, line 7, column 3`, the part before a message. */
export function sourceText({ file, document, find }: Source, field = ''): string {
  return `${file}: document ${document}${positionText(find(field))}`;
}

/** `, line 7, column 3`, or nothing. */
export function positionText(position: Position | undefined): string {
  return position === undefined ? '' : `, line ${position.line}, column ${position.column}`;
}
