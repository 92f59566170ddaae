import { isRecord } from '../../base/is-record.ts';
import type { JsonRecord } from '../json.ts';
import {
  goType,
  illegalBase64,
  isQuantity,
  isTime,
  jsonType,
  type PlaceKind,
  placeKind,
  quantityForm,
} from './go-types.ts';
import type { SchemaNode } from './schema-node.ts';

/** What was found while an object was brought into the form of its schema. */
export interface Conformance {
  /** The paths of fields that the schema does not have: `spec.containers[0].imagee`. */
  readonly unknown: readonly string[];
  /** The first value of a wrong type, in kube-apiserver's words: `json: cannot unmarshal string into ...`. */
  readonly mistake: string | undefined;
}

/**
 * Brings an object of a built-in kind (or the metadata of any) into the form that Kubernetes' own types have: fields
 * that are not known and those without a value go, amounts become texts, every other value is checked for its type.
 * Changes `object`.
 *
 * @param at where the object is, when it is not the root: `metadata`
 */
export function conform(node: SchemaNode, object: JsonRecord, at?: string): Conformance {
  const walk = new Walk(at);
  walk.fields(node, placeKind(node), object, shortName(node));
  return { unknown: walk.unknown, mistake: walk.mistake };
}

function shortName(node: SchemaNode): string {
  return node.name?.slice(node.name.lastIndexOf('.') + 1) ?? '';
}

/** One way through one object; the path is only made a text when something is wrong. */
class Walk {
  readonly unknown: string[] = [];
  mistake: string | undefined;
  readonly #steps: (string | number)[];

  constructor(at: string | undefined) {
    this.#steps = at === undefined ? [] : [at];
  }

  fields(node: SchemaNode, kind: PlaceKind, object: JsonRecord, owner: string): void {
    for (const field of Object.keys(object)) {
      const child = node.property(field);
      // The keys of a map are no fields: they are not part of the path in a message.
      this.#steps.push(field);
      if (child === undefined) {
        this.unknown.push(this.#path());
        delete object[field];
      } else if (object[field] === null) {
        if (kind === 'struct') delete object[field];
        else object[field] = emptyOf(child);
      } else object[field] = this.#value(child, object[field], owner, kind === 'map');
      this.#steps.pop();
    }
  }

  /** The value as it is to be; `owner` is the struct it is in. */
  #value(node: SchemaNode, value: unknown, owner: string, inMap: boolean): unknown {
    const kind = placeKind(node);
    switch (kind) {
      case 'any':
        return value;
      case 'struct':
      case 'map':
      case 'open':
        if (!isRecord(value)) return this.#wrong(node, value, owner, inMap);
        if (kind !== 'open') this.fields(node, kind, value, kind === 'struct' ? shortName(node) || owner : owner);
        return value;
      case 'list':
        return Array.isArray(value) ? this.#list(node, value, owner) : this.#wrong(node, value, owner, inMap);
      default:
        return this.#scalar(kind, node, value, owner, inMap);
    }
  }

  #list(node: SchemaNode, list: unknown[], owner: string): unknown[] {
    const items = node.items();
    if (items === undefined) return list;
    for (const [index, item] of list.entries()) {
      this.#steps.push(index);
      list[index] = item === null ? emptyOf(items) : this.#value(items, item, owner, false);
      this.#steps.pop();
    }
    return list;
  }

  #scalar(kind: PlaceKind, node: SchemaNode, value: unknown, owner: string, inMap: boolean): unknown {
    switch (kind) {
      case 'quantity':
        if (typeof value !== 'string' && typeof value !== 'number') break;
        if (!isQuantity(String(value))) {
          this.#say(`quantities must match the regular expression '${quantityForm}'`);
        }
        return String(value);
      case 'int-or-string':
        if (typeof value === 'string' || Number.isInteger(value)) return value;
        this.#say(`json: cannot unmarshal ${jsonType(value)} into Go value of type int32`);
        return value;
      case 'time':
        if (typeof value !== 'string') break;
        if (!isTime(value)) {
          this.#say(`parsing time "${value}" as "2006-01-02T15:04:05Z07:00": cannot parse "${value}" as "2006"`);
        }
        return value;
      case 'bytes': {
        if (typeof value !== 'string') break;
        const offset = illegalBase64(value);
        if (offset !== undefined) this.#say(`illegal base64 data at input byte ${offset}`);
        return value;
      }
      case 'int32':
      case 'int64': {
        if (typeof value !== 'number') break;
        const limit = kind === 'int32' ? 2 ** 31 : 2 ** 63;
        if (Number.isInteger(value) && value >= -limit && value < limit) return value;
        return this.#wrong(node, value, owner, inMap, `number ${value}`);
      }
      default:
        if (typeof value === kind) return value;
    }
    return this.#wrong(node, value, owner, inMap);
  }

  #wrong(node: SchemaNode, value: unknown, owner: string, inMap: boolean, found = jsonType(value)): unknown {
    const fields = this.#steps.filter((step) => typeof step === 'string');
    const path = (inMap ? fields.slice(0, -1) : fields).join('.');
    this.#say(`json: cannot unmarshal ${found} into Go struct field ${owner}.${path} of type ${goType(node)}`);
    return value;
  }

  #say(mistake: string): void {
    this.mistake ??= mistake;
  }

  #path(): string {
    return this.#steps.reduce<string>(
      (path, step) => (typeof step === 'number' ? `${path}[${step}]` : path === '' ? step : `${path}.${step}`),
      '',
    );
  }
}

/** What a `null` in a list or a map is for Kubernetes. */
function emptyOf(node: SchemaNode): unknown {
  switch (placeKind(node)) {
    case 'struct':
    case 'map':
    case 'open':
      return {};
    case 'list':
      return [];
    case 'string':
    case 'bytes':
      return '';
    case 'quantity':
      return '0';
    case 'boolean':
      return false;
    case 'number':
    case 'int32':
    case 'int64':
    case 'int-or-string':
      return 0;
    default:
      return null;
  }
}
