import type { JsonSchema, ValidationRule } from './json-schema.ts';

/** What a definition says about the objects of one projectcalico.org/v3 kind. */
export interface KindSchema {
  /** What the kind is for, one sentence: the first thing `kubectl explain` shows. */
  readonly description: string;
  readonly spec: JsonSchema;
  readonly status?: JsonSchema;
  /** CEL rules about the object as a whole; of the metadata they see `name` and `generateName` only. */
  readonly rules?: readonly ValidationRule[];
  /** Columns of `kubectl get` between NAME and AGE. */
  readonly columns?: readonly PrinterColumn[];
  /** Annotations of the definition: kinds of a group of Kubernetes must say who has approved them. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Paths that `--field-selector` can use besides the name: `.spec.tier`. */
  readonly selectableFields?: readonly string[];
}

/** A column of `kubectl get`; priority 1 is shown by `-o wide` only. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly jsonPath: string;
  readonly priority?: number;
}

/** A column that every `kubectl get` shows. */
export function column(name: string, jsonPath: string, type: PrinterColumn['type'] = 'string'): PrinterColumn {
  return { name, type, jsonPath };
}

/** A column of `-o wide` only. */
export function wideColumn(name: string, jsonPath: string, type: PrinterColumn['type'] = 'string'): PrinterColumn {
  return { name, type, jsonPath, priority: 1 };
}

/** Objects of the kind have one name only. */
export function onlyName(kind: string, name: string): ValidationRule {
  return { rule: `self.metadata.name == '${name}'`, message: `the ${kind} is called "${name}"` };
}
