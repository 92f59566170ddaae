import { bool, integer, type JsonSchema, list, oneOf, text } from './json-schema.ts';

/** A Go duration, never negative: `90s`, `1m30s`, `0`. @see Go time.ParseDuration */
export const durationPattern = '^(0|([0-9]+(\\.[0-9]+)?(ns|us|µs|ms|s|m|h))+)$';

/** What an address or a network is made of: cheap enough for lists of any length; the exact form is checked in code. */
export const networkPattern = '^[0-9A-Fa-f.:]{2,45}(/[0-9]{1,3})?$';

/** An interface name, or `+` and `:` in a filter of them. */
export const interfaceFilterPattern = '^[a-zA-Z0-9:._+-]{1,15}$';

/** True or false. */
export function flag(description: string): JsonSchema {
  return bool({ description });
}

/** Any text. */
export function words(description: string): JsonSchema {
  return text({ description });
}

/** A whole number of this range. */
export function number(description: string, minimum?: number, maximum?: number): JsonSchema {
  return integer({
    description,
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
    ...(maximum === undefined || maximum < 2 ** 31 ? {} : { format: 'int64' }),
  });
}

/** A TCP or UDP port; `least` is 0 where 0 switches off. */
export function port(description: string, least = 1): JsonSchema {
  return number(description, least, 65_535);
}

/** A time span as Go writes it. */
export function duration(description: string): JsonSchema {
  return text({ description, pattern: durationPattern });
}

/** One of these words, spelt like this. */
export function choice(values: readonly string[], description: string): JsonSchema {
  return oneOf(values, { description });
}

/** One of these words in any case, or nothing. */
export function anyCase(values: readonly string[], description: string): JsonSchema {
  return text({ description, pattern: `^(?i:${values.join('|')})?$` });
}

/** `Enabled` or `Disabled`. */
export function toggle(description: string): JsonSchema {
  return choice(['Enabled', 'Disabled'], description);
}

/** How much is logged. */
export function severity(description: string): JsonSchema {
  return anyCase(['Trace', 'Debug', 'Info', 'Warning', 'Error', 'Fatal'], description);
}

/** A label selector; its syntax is checked in code. */
export function selector(description: string, more: { readonly default?: string } = {}): JsonSchema {
  return text({ description, maxLength: 1024, ...more });
}

/** A number or a text, as ports and port ranges are. */
export function numberOrText(description: string): JsonSchema {
  return { description, 'x-kubernetes-int-or-string': true };
}

/** Addresses and networks. */
export function networks(description: string): JsonSchema {
  return list(text({ maxLength: 49, pattern: networkPattern }), { description });
}

/** An AS number of 4 bytes. @see RFC 6793 */
export function asNumber(description: string): JsonSchema {
  return number(description, 0, 4_294_967_295);
}

/** The metric of a route: of two to the same place the lower one is used. */
export function routePriority(description: string): JsonSchema {
  return number(description, 1, 2_147_483_646);
}
