/** The IP protocols that have names in policies. @see IANA "Assigned Internet Protocol Numbers" */
export const protocolNumbers = { TCP: 6, UDP: 17, ICMP: 1, ICMPv6: 58, SCTP: 132, UDPLite: 136 } as const;

/** A protocol as it is written in policies: by name where it has one, else by number. */
export type Protocol = keyof typeof protocolNumbers | number;

const names = Object.keys(protocolNumbers) as (keyof typeof protocolNumbers)[];

/**
 * Reads a protocol: a name in its usual spelling, or a number from 1 to 255, also as text. Numbers stay numbers.
 *
 * @returns `undefined` for anything else
 */
export function parseProtocol(value: string | number): Protocol | undefined {
  const number = typeof value === 'number' ? value : /^\d{1,9}$/.test(value) ? Number(value) : undefined;
  if (number !== undefined) return Number.isInteger(number) && number >= 1 && number <= 255 ? number : undefined;
  return names.find((name) => name === value);
}

/** The protocol somebody meant by a name in other letters: `TCP` for `tcp`. */
export function nearestProtocol(value: string): Protocol | undefined {
  return names.find((name) => name.toUpperCase() === value.toUpperCase());
}

/** The name of a number of the IP header: `TCP` for 6; `undefined` for one that has none in policies. */
export function protocolName(number: number): keyof typeof protocolNumbers | undefined {
  return names.find((name) => protocolNumbers[name] === number);
}

/** The number in the IP header: 6 for `TCP` and for 6. */
export function protocolNumber(protocol: Protocol): number {
  return typeof protocol === 'number' ? protocol : protocolNumbers[protocol];
}

/** True for TCP, UDP and SCTP. UDPLite has ports too, but policies cannot match them. */
export function hasPorts(protocol: Protocol): boolean {
  const number = protocolNumber(protocol);
  return number === protocolNumbers.TCP || number === protocolNumbers.UDP || number === protocolNumbers.SCTP;
}
