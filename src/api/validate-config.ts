import { errorText } from '../base/errors.ts';
import { parseIpWithPrefix } from '../net/cidr.ts';
import { tryParseIp } from '../net/ip.ts';
import { parseSelector } from '../selector/parse-selector.ts';
import type { FelixConfiguration, IPAMConfiguration, IPReservation } from './calico.ts';
import type { FieldError } from './field-error.ts';

/** Checks how the settings of IPAM go together. The only object of the kind is called `default`. */
export function validateIpamConfiguration({ metadata, spec }: IPAMConfiguration): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (metadata.name !== 'default') {
    errors.push({ field: 'metadata.name', value: metadata.name, reason: 'the IPAMConfiguration is called "default"' });
  }
  const strict = spec.strictAffinity ?? false;
  if (!strict && spec.autoAllocateBlocks === false) {
    errors.push({
      field: 'spec.autoAllocateBlocks',
      value: false,
      reason: 'StrictAffinity false needs AutoAllocateBlocks true',
    });
  }
  if (!strict && (spec.maxBlocksPerHost ?? 0) > 0) {
    const reason = 'MaxBlocksPerHost greater than 0 needs StrictAffinity true';
    errors.push({ field: 'spec.maxBlocksPerHost', value: spec.maxBlocksPerHost, reason });
  }
  return errors;
}

/** Every reserved entry is an address or a network. */
export function validateIpReservation({ spec }: IPReservation): readonly FieldError[] {
  return (spec.reservedCIDRs ?? []).flatMap((value, index) => {
    const reason = reasonOf(() => parseIpWithPrefix(value));
    return reason === undefined ? [] : [{ field: `spec.reservedCIDRs[${index}]`, value, reason }];
  });
}

/** Checks the texts of a FelixConfiguration that have a form of their own. */
export function validateFelixConfiguration({ spec }: FelixConfiguration): readonly FieldError[] {
  const all: Readonly<Record<string, unknown>> = { ...spec };
  const errors: FieldError[] = [];
  const check = (key: string, parse: (text: string) => void): void => {
    const value = all[key];
    const reason = typeof value === 'string' && value !== '' ? reasonOf(() => parse(value)) : undefined;
    if (reason !== undefined) errors.push({ field: `spec.${key}`, value, reason });
  };
  check('nodeSelector', parseSelector);
  check('mtuIfacePattern', (text) => new RegExp(text));
  check('bpfDataIfacePattern', (text) => new RegExp(text));
  for (const key of ['deviceRouteSourceAddress', 'deviceRouteSourceAddressIPv6']) check(key, needAddress);
  errors.push(...checkTableRanges(listOf(all.routeTableRanges)));
  for (const [index, value] of listOf(all.kubeNodePortRanges).entries()) {
    const reason = portRangeProblem(value);
    if (reason !== undefined) errors.push({ field: `spec.kubeNodePortRanges[${index}]`, value, reason });
  }
  return errors;
}

function reasonOf(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    return errorText(error);
  }
}

function needAddress(text: string): void {
  if (tryParseIp(text) === undefined) throw new TypeError('an address without a length is needed');
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

const maxTables = 65_535;

function checkTableRanges(ranges: readonly unknown[]): readonly FieldError[] {
  const errors: FieldError[] = [];
  let tables = 0;
  for (const [index, value] of ranges.entries()) {
    const { min, max } = value as { readonly min: number; readonly max: number };
    tables += max - min + 1;
    if (min > max) errors.push({ field: `spec.routeTableRanges[${index}]`, value, reason: 'min is greater than max' });
  }
  if (tables > maxTables) {
    errors.push({ field: 'spec.routeTableRanges', reason: `${tables} tables found, at most ${maxTables} allowed` });
  }
  return errors;
}

function portRangeProblem(value: unknown): string | undefined {
  const parts = /^(\d{1,5})(?::(\d{1,5}))?$/.exec(String(value));
  const low = Number(parts?.[1] ?? Number.NaN);
  const high = Number(parts?.[2] ?? low);
  return low >= 0 && low <= high && high <= 65_535 ? undefined : 'a port or a range LOW:HIGH is needed';
}
