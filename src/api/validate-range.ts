import type { FieldError } from './field-error.ts';

/** Why a value is neither a port from 1 to 65535 nor a range `FIRST:LAST` of them; `undefined` when it is. */
export function portRangeProblem(value: unknown): string | undefined {
  const parts = /^(\d{1,5})(?::(\d{1,5}))?$/.exec(String(value));
  if (parts === null) return 'a port or a range FIRST:LAST is needed, not a name';
  const first = Number(parts[1]);
  const last = Number(parts[2] ?? first);
  if (first < 1 || first > 65_535 || last < 1 || last > 65_535) {
    return 'port range invalid, port number must be between 1 and 65535';
  }
  if (first <= last) return undefined;
  return `minimum port number (${first}) is greater than maximum port number (${last}) in port range`;
}

/** Most route tables somebody may ask for: every one costs time at each start. */
const maxTables = 65_535;
const highestTable = 2 ** 32 - 1;

/** Checks ranges of route table numbers one by one and together. @see man ip-rule(8) "table" */
export function validateTableRanges(
  field: string,
  ranges: readonly { readonly min: number; readonly max: number }[],
): readonly FieldError[] {
  const errors: FieldError[] = ranges.flatMap((value, index): FieldError[] => {
    const reason = rangeProblem(value.min, value.max);
    return reason === undefined ? [] : [{ field: `${field}[${index}]`, value, reason }];
  });
  const tables = ranges.reduce((sum, { min, max }) => sum + Math.max(0, max - min + 1), 0);
  if (tables > maxTables) errors.push({ field, reason: `targets too many tables: ${tables}, at most ${maxTables}` });
  return errors;
}

function rangeProblem(min: number, max: number): string | undefined {
  if (min > max) return 'min value cannot be greater than max value';
  if (min < 1) return 'cannot target indices < 1';
  return max > highestTable ? 'max index too high' : undefined;
}
