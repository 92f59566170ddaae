/** The part of OpenAPI v3 schema that apiextensions.k8s.io/v1 allows and this project uses ("structural schema"). */
export interface JsonSchema {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  readonly description?: string;
  readonly format?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly nullable?: boolean;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: JsonSchema;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema;
  readonly 'x-kubernetes-preserve-unknown-fields'?: true;
  readonly 'x-kubernetes-int-or-string'?: true;
  readonly 'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-validations'?: readonly ValidationRule[];
}

/** A CEL rule; one that names `oldSelf` is checked on update only. */
export interface ValidationRule {
  readonly rule: string;
  readonly message: string;
  readonly fieldPath?: string;
}

/** A field of type string. */
export function text(more: Omit<JsonSchema, 'type'> = {}): JsonSchema {
  return { type: 'string', ...more };
}

/** A whole number. */
export function integer(more: Omit<JsonSchema, 'type'> = {}): JsonSchema {
  return { type: 'integer', ...more };
}

/** True or false. */
export function bool(more: Omit<JsonSchema, 'type'> = {}): JsonSchema {
  return { type: 'boolean', ...more };
}

/** One of these texts. */
export function oneOf(values: readonly string[], more: Omit<JsonSchema, 'type' | 'enum'> = {}): JsonSchema {
  return { type: 'string', enum: values, ...more };
}

/** A list of such items, replaced as a whole. */
export function list(items: JsonSchema, more: Omit<JsonSchema, 'type' | 'items'> = {}): JsonSchema {
  return { type: 'array', items, 'x-kubernetes-list-type': 'atomic', ...more };
}

/** An object with these fields and no others. */
export function object(
  properties: Readonly<Record<string, JsonSchema>>,
  more: Omit<JsonSchema, 'type' | 'properties'> = {},
): JsonSchema {
  return { type: 'object', properties, ...more };
}

/** An object with any keys, all values alike. */
export function map(values: JsonSchema, more: Omit<JsonSchema, 'type'> = {}): JsonSchema {
  return { type: 'object', additionalProperties: values, ...more };
}
