import { badRequest, StatusError } from '../status-error.ts';

/** The query of a request with typed access; every bad value is a 400 that names the parameter. */
export class Query {
  readonly #parameters: URLSearchParams;

  constructor(parameters: URLSearchParams) {
    this.#parameters = parameters;
  }

  /** The value, `undefined` when absent or empty. */
  text(name: string): string | undefined {
    const value = this.#parameters.get(name);
    return value === null || value === '' ? undefined : value;
  }

  has(name: string): boolean {
    return this.#parameters.has(name);
  }

  /** The value as it was sent, `undefined` when absent. */
  raw(name: string): string | undefined {
    return this.#parameters.get(name) ?? undefined;
  }

  /** All values of a parameter that may be repeated. */
  all(name: string): string[] {
    return this.#parameters.getAll(name);
  }

  /** Go's booleans, as kubectl sends them: `1`, `t`, `true`; a parameter without a value is true. */
  flag(name: string): boolean {
    const value = this.#parameters.get(name);
    if (value === null) return false;
    if (value === '' || /^(1|t|true)$/i.test(value)) return true;
    if (/^(0|f|false)$/i.test(value)) return false;
    throw badRequest(`invalid value "${value}" of query parameter "${name}": must be true or false`);
  }

  /** A whole number >= 0. */
  count(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (!/^\d{1,15}$/.test(value)) {
      throw badRequest(`invalid value "${value}" of query parameter "${name}": must be a whole number, at least 0`);
    }
    return Number(value);
  }

  /** One of a fixed list. */
  choice<T extends string>(name: string, allowed: readonly T[]): T | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const found = allowed.find((item) => item === value);
    if (found !== undefined) return found;
    const list = allowed.map((item) => `"${item}"`).join(', ');
    throw new StatusError(422, 'Invalid', `${name}: Unsupported value: "${value}": supported values: ${list}`, {
      causes: [{ reason: 'FieldValueNotSupported', message: `Unsupported value: "${value}"`, field: name }],
    });
  }
}
