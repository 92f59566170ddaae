import type { Environment } from '@marcbachmann/cel-js';
import { registerFunctions } from './register-functions.ts';

/** An amount in billionths, exactly: `1500m` is 1,500,000,000. */
class Quantity {
  readonly nanos: bigint;
  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

const nano = 1_000_000_000n;
/** Billionths per unit of each suffix. */
const suffixes: Readonly<Record<string, bigint>> = {
  n: 1n,
  u: 1000n,
  m: 1_000_000n,
  '': nano,
  k: nano * 1000n,
  M: nano * 1000n ** 2n,
  G: nano * 1000n ** 3n,
  T: nano * 1000n ** 4n,
  P: nano * 1000n ** 5n,
  E: nano * 1000n ** 6n,
  Ki: nano * 1024n,
  Mi: nano * 1024n ** 2n,
  Gi: nano * 1024n ** 3n,
  Ti: nano * 1024n ** 4n,
  Pi: nano * 1024n ** 5n,
  Ei: nano * 1024n ** 6n,
};

/**
 * `quantity`, `isQuantity` and the methods of a quantity.
 *
 * @see Kubernetes documentation "Common Expression Language in Kubernetes", "Kubernetes quantity library"
 */
export function registerQuantityFunctions(environment: Environment): void {
  environment
    .registerType('kubernetes.Quantity', Quantity)
    .registerOperator('kubernetes.Quantity == kubernetes.Quantity', (a: Quantity, b: Quantity) => a.nanos === b.nanos);
  registerFunctions(environment, {
    'isQuantity(string): bool': (text: string) => parseQuantity(text) !== undefined,
    'quantity(string): kubernetes.Quantity': (text: string) => {
      const found = parseQuantity(text);
      if (found === undefined) throw new TypeError(`"${text}" is no quantity`);
      return found;
    },
    'kubernetes.Quantity.sign(): int': ({ nanos }: Quantity) => compare(nanos, 0n),
    'kubernetes.Quantity.isInteger(): bool': ({ nanos }: Quantity) => nanos % nano === 0n,
    'kubernetes.Quantity.asInteger(): int': ({ nanos }: Quantity) => {
      if (nanos % nano !== 0n) throw new TypeError('the quantity is no integer');
      return nanos / nano;
    },
    'kubernetes.Quantity.asApproximateFloat(): double': ({ nanos }: Quantity) => Number(nanos) / Number(nano),
    'kubernetes.Quantity.add(kubernetes.Quantity): kubernetes.Quantity': (a: Quantity, b: Quantity) =>
      new Quantity(a.nanos + b.nanos),
    'kubernetes.Quantity.add(int): kubernetes.Quantity': (a: Quantity, b: bigint) => new Quantity(a.nanos + b * nano),
    'kubernetes.Quantity.sub(kubernetes.Quantity): kubernetes.Quantity': (a: Quantity, b: Quantity) =>
      new Quantity(a.nanos - b.nanos),
    'kubernetes.Quantity.sub(int): kubernetes.Quantity': (a: Quantity, b: bigint) => new Quantity(a.nanos - b * nano),
    'kubernetes.Quantity.isLessThan(kubernetes.Quantity): bool': (a: Quantity, b: Quantity) => a.nanos < b.nanos,
    'kubernetes.Quantity.isGreaterThan(kubernetes.Quantity): bool': (a: Quantity, b: Quantity) => a.nanos > b.nanos,
    'kubernetes.Quantity.compareTo(kubernetes.Quantity): int': (a: Quantity, b: Quantity) => compare(a.nanos, b.nanos),
  });
}

function compare(a: bigint, b: bigint): bigint {
  if (a === b) return 0n;
  return a < b ? -1n : 1n;
}

/** `1`, `1.5Gi`, `-100m`, `1e3`; digits beyond billionths are cut off. */
function parseQuantity(text: string): Quantity | undefined {
  const match = /^([+-]?)(\d{1,30})?(?:\.(\d{0,30}))?(?:([eE][+-]?\d{1,2})|([numkMGTPE]|[KMGTPE]i))?$/.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', exponent, suffix = ''] = match;
  if (whole === '' && fraction === '') return undefined;
  const power = exponent === undefined ? 0 : Number(exponent.slice(1));
  const unit = suffixes[suffix] ?? nano;
  const scaled = BigInt(whole + fraction) * unit * 10n ** BigInt(Math.max(power, 0));
  const nanos = scaled / 10n ** BigInt(fraction.length + Math.max(-power, 0));
  return new Quantity(sign === '-' ? -nanos : nanos);
}
