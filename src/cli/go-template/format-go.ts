import { isRecord } from '../../base/is-record.ts';

/**
 * A value as Go's `%v` prints it: `<no value>` for what is missing, `[a b]` for lists,
 * `map[a:1 b:2]` for objects.
 *
 * @see https://pkg.go.dev/fmt
 */
export function formatGo(value: unknown): string {
  if (value === undefined) return '<no value>';
  if (value === null) return '<nil>';
  if (typeof value === 'number') return formatGoNumber(value);
  if (Array.isArray(value)) return `[${value.map(formatGo).join(' ')}]`;
  if (!isRecord(value)) return String(value);
  const keys = Object.keys(value).sort();
  return `map[${keys.map((key) => `${key}:${formatGo(value[key])}`).join(' ')}]`;
}

function formatGoNumber(value: number): string {
  return Number.isInteger(value) ? String(value) : formatGoFloat(value);
}

/** A float64 as Go prints a field of that type: `100000`, but `1e+06`. */
export function formatGoFloat(value: number): string {
  const [digits = '', exponent = ''] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(value);
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}
