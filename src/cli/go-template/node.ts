/** A value in a pipeline. */
export type Operand =
  | { readonly kind: 'constant'; readonly value: string | number | boolean | undefined }
  /** `.a.b`; of `.` alone the path is empty. */
  | { readonly kind: 'field'; readonly path: readonly string[] }
  /** `$x.a`; `$` alone has the name ''. */
  | { readonly kind: 'variable'; readonly name: string; readonly path: readonly string[] }
  | { readonly kind: 'pipeline'; readonly pipeline: Pipeline; readonly path: readonly string[] }
  | { readonly kind: 'function'; readonly name: string };

/** Commands in a row; the value of each is the last argument of the next. */
export interface Pipeline {
  /** `$x := ...`, `$i, $x := ...` in a range; `=` sets a variable that exists. */
  readonly variables: readonly string[];
  readonly declares: boolean;
  /** A function and its arguments, or one value. */
  readonly commands: readonly (readonly Operand[])[];
}

/** A part of a template. */
export type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'print'; readonly pipeline: Pipeline }
  | { readonly kind: 'break' | 'continue' }
  | Block<'if'>
  | Block<'range'>
  | Block<'with'>;

/** Nodes under a condition. */
export interface Block<K extends 'if' | 'range' | 'with'> {
  readonly kind: K;
  readonly pipeline: Pipeline;
  readonly body: readonly Node[];
  readonly otherwise: readonly Node[];
}
