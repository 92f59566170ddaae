import type { CniResult } from '../api/cni-exchange.ts';
import type { LocalEndpoint } from '../desired/snapshot.ts';
import type { PodWiring } from '../host/pod-network.ts';
import { type Ip, tryParseIp } from '../net/ip.ts';
import { type Mac, parseMac } from '../net/mac.ts';

/**
 * What the agent remembers of one attachment, in a file of its own. It is the only source of local endpoints, so that
 * an agent that starts while the API server is away still knows its pods.
 */
export interface EndpointRecord {
  readonly endpoint: LocalEndpoint;
  readonly networkName: string;
  /** Of the addresses in IPAM. */
  readonly handle: string;
  /** How it was connected; its addresses are the endpoint's. */
  readonly wiring: PodWiring;
  /** RFC 3339. Of two attachments with one device the later one has it. */
  readonly addedAt: string;
  /** What ADD answered; absent while the ADD runs. */
  readonly result?: CniResult;
}

/** The name of an attachment's record: the container's id, with the interface when it is not the usual one. */
export function recordName(containerId: string, ifName: string): string {
  return ifName === 'eth0' ? containerId : `${containerId}@${ifName}`;
}

/** From the JSON of a record file; `undefined` when it is none. */
export function parseEndpointRecord(value: unknown): EndpointRecord | undefined {
  if (typeof value !== 'object' || value === null || !('endpoint' in value) || !('wiring' in value)) return undefined;
  const record = value as EndpointRecord;
  const { endpoint, wiring } = record;
  const { containerId, device, namespace, pod } = endpoint ?? {};
  const texts = [containerId, device, record.networkName, record.handle, wiring?.netnsPath, wiring?.ifName];
  if (!texts.every((text) => typeof text === 'string' && text !== '')) return undefined;
  if (typeof namespace !== 'string' || typeof pod !== 'string' || typeof wiring.mtuBytes !== 'number') return undefined;
  const addresses = parseAddresses(endpoint.addresses);
  const mac = tryParseMac(endpoint.mac);
  if (addresses === undefined || mac === undefined) return undefined;
  return { ...record, endpoint: { ...endpoint, addresses, mac }, wiring: { ...wiring, hostDevice: device, addresses } };
}

function parseAddresses(texts: unknown): readonly Ip[] | undefined {
  if (!Array.isArray(texts)) return undefined;
  const addresses = texts.flatMap((text) => (typeof text === 'string' ? (tryParseIp(text) ?? []) : []));
  return addresses.length === texts.length ? addresses : undefined;
}

function tryParseMac(text: unknown): Mac | undefined {
  try {
    return parseMac(String(text));
  } catch {
    return undefined;
  }
}
