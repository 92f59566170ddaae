import { type Family, ipFamily } from '../net/ip.ts';
import type { BirdReply } from './bird-reply.ts';
import type { BgpState, BirdChannel, BirdSession } from './bird-session.ts';
import { parseAddress } from './parse-address.ts';
import { type BirdProtocol, parseProtocolRow } from './parse-protocols.ts';
import { requireAnswer } from './reply-error.ts';

/**
 * All protocols of `show protocols all` of BIRD 1.6 and 2, in BIRD's order: the BGP sessions and the others (device,
 * kernel, static), which have channels only. Lines that nobody needs are passed over.
 *
 * @throws WeftError BIRD_REPLY
 */
export function parseProtocolsAll(reply: BirdReply): readonly BirdSession[] {
  const blocks: { readonly row: BirdProtocol; readonly lines: string[] }[] = [];
  for (const { code, text } of requireAnswer(reply)) {
    const row = code === 1002 ? parseProtocolRow(text) : undefined;
    if (row !== undefined) blocks.push({ row, lines: [] });
    else if (code === 1006) blocks.at(-1)?.lines.push(text.trim());
  }
  return blocks.map(({ row, lines }) => readSession(row, lines));
}

function readSession(row: BirdProtocol, lines: readonly string[]): BirdSession {
  const firstChannel = lines.findIndex((line) => line.startsWith('Channel '));
  const own = fields(firstChannel < 0 ? lines : lines.slice(0, firstChannel));
  const neighbor = parseAddress(own.get('neighbor address') ?? '');
  const bgpState = own.get('bgp state');
  const lastError = own.get('last error');
  const message = own.get('message');
  return {
    ...row,
    ...(bgpState === undefined ? {} : { bgpState: bgpState as BgpState }),
    ...(lastError === undefined ? {} : { lastError: lastError.replace(/\s+/g, ' ') }),
    ...(message === undefined ? {} : { message }),
    ...(neighbor === undefined ? {} : { neighbor }),
    ...optionalNumber('neighborAs', own.get('neighbor as')),
    ...optionalNumber('localAs', own.get('local as')),
    channels: firstChannel < 0 ? soleChannel(row, own, neighbor) : readChannels(lines.slice(firstChannel)),
  };
}

function readChannels(lines: readonly string[]): readonly BirdChannel[] {
  const starts = lines.flatMap((line, index) => (line.startsWith('Channel ') ? [index] : []));
  return starts.flatMap((start, index) => {
    const family = /^Channel ipv([46])$/.exec(lines[start] ?? '')?.[1];
    if (family === undefined) return [];
    const own = fields(lines.slice(start + 1, starts[index + 1]));
    const state = own.get('state') ?? '';
    return [{ family: family === '4' ? 4 : 6, state, ...readCounts(own.get('routes')) } as const];
  });
}

/** BIRD 1.6 knows no channels: each of its two daemons has one table. */
function soleChannel(
  row: BirdProtocol,
  own: ReadonlyMap<string, string>,
  neighbor: BirdSession['neighbor'],
): readonly BirdChannel[] {
  const routes = own.get('routes');
  if (routes === undefined) return [];
  const family: Family = neighbor === undefined ? 4 : ipFamily(neighbor);
  return [{ family, state: row.state.toUpperCase(), ...readCounts(routes) }];
}

/** `2 imported, 1 filtered, 3 exported, 2 preferred`; a number that is 0 may be absent. */
function readCounts(text = ''): Omit<BirdChannel, 'family' | 'state'> {
  const count = (word: string): number => Number(new RegExp(`(\\d+) ${word}`).exec(text)?.[1] ?? 0);
  return {
    imported: count('imported'),
    filtered: count('filtered'),
    exported: count('exported'),
    preferred: count('preferred'),
  };
}

/** `Neighbor AS:      64512` by the words before the colon in lower case; the first of a name counts. */
function fields(lines: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const line of lines) {
    const [, name, value = ''] = /^([A-Za-z][^:]*):\s*(.*)$/.exec(line) ?? [];
    const key = name?.toLowerCase();
    if (key !== undefined && !found.has(key)) found.set(key, value);
  }
  return found;
}

function optionalNumber<K extends string>(key: K, text: string | undefined): { readonly [P in K]?: number } {
  const value = /^\d+$/.test(text ?? '') ? Number(text) : undefined;
  return (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: number };
}
