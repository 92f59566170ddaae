import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hasCode } from '../base/errors.ts';
import { cidrOf } from '../net/cidr.ts';
import { ipFromBigInt } from '../net/ip.ts';
import type { Route } from '../net/route.ts';
import { decodeAck } from './ack.ts';
import { describeDatagram } from './describe.ts';
import { decodeRouteEvent } from './events.ts';
import { decodeAddress } from './interface-address.ts';
import { decodeLink } from './link.ts';
import { decodeMessages, encodeMessages } from './message.ts';
import { decodeNeighbour } from './neighbour.ts';
import { decodeNflogPacket } from './nflog.ts';
import { decodeElements } from './nft-element.ts';
import { decodeNftChain, decodeNftSet } from './nft-object.ts';
import { decodeNftRule } from './nft-rule.ts';
import { NftTransactions } from './nft-transactions.ts';
import { decodeRoute, encodeReplaceRoute } from './route.ts';
import { decodeRule } from './rule.ts';

const nameOf = (index: number) => `if${index}`;
const indexOf = (name: string) => Number(name.slice(2));
const message = (type: number, body: Uint8Array) => ({ type, flags: 0x200, sequence: 0, port: 0, body });

const decoders: Readonly<Record<string, (bytes: Uint8Array) => unknown>> = {
  messages: decodeMessages,
  route: (bytes) => decodeRoute(bytes, nameOf),
  link: (bytes) => decodeLink(bytes, nameOf),
  address: (bytes) => decodeAddress(bytes, nameOf),
  neighbour: (bytes) => decodeNeighbour(bytes, nameOf),
  rule: decodeRule,
  elements: decodeElements,
  ack: (bytes) => decodeAck(message(2, bytes)),
  'route event': (bytes) => [16, 20, 24, 28].map((type) => decodeRouteEvent(message(type, bytes), nameOf)),
  'nft transaction': (bytes) => {
    const { decode } = new NftTransactions();
    return [0xa0c, 0xa0f].map((type) => decode(message(type, bytes)));
  },
  'nft rule': decodeNftRule,
  'nft chain': decodeNftChain,
  'nft set': decodeNftSet,
  nflog: (bytes) => decodeNflogPacket(message(0x400, bytes)),
};

/** Bytes that get past the first length check: a header of zeros and small numbers, then attributes of likely lengths. */
const likely = fc
  .tuple(
    fc.constantFrom(2, 7, 10, 0),
    fc.uint8Array({ minLength: 15, maxLength: 15 }),
    fc.array(
      fc
        .tuple(fc.nat({ max: 24 }), fc.nat({ max: 40 }), fc.uint8Array({ maxLength: 24 }))
        .map(([length, type, value]) => {
          return Uint8Array.of(length, 0, type, 0, ...value);
        }),
      { maxLength: 8 },
    ),
  )
  .map(([family, header, attributes]) =>
    Uint8Array.of(family, ...header, ...attributes.flatMap((bytes) => [...bytes])),
  );

for (const [name, decode] of Object.entries(decoders)) {
  test(`fuzz: ${name} decoder on rubbish -> a value or NETLINK_MALFORMED`, () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 96 }), likely), (bytes) => {
        try {
          decode(bytes);
        } catch (error) {
          assert.ok(hasCode(error, 'NETLINK_MALFORMED'), String(error));
        }
      }),
      { numRuns: 2000 },
    );
  });
}

test('fuzz: description of rubbish -> text, never an error', () => {
  const type = fc.constantFrom(2, 3, 16, 20, 24, 28, 32, 0xa00, 0xa03, 0xa06, 0xa09, 0xa0c, 0xa0e, 0xa0f, 0x400, 99);
  fc.assert(
    fc.property(
      fc.constantFrom(0, 12),
      type,
      fc.oneof(fc.uint8Array({ maxLength: 64 }), likely),
      (protocol, kind, body) => {
        assert.ok(describeDatagram(protocol, encodeMessages([message(kind, body)])).every((line) => line.length > 0));
        assert.ok(describeDatagram(protocol, body).length >= 0);
      },
    ),
    { numRuns: 3000 },
  );
});

const ip4 = fc.bigInt({ min: 0n, max: 0xffffffffn }).map((number) => ipFromBigInt(number, 4));
const ip6 = fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }).map((number) => ipFromBigInt(number, 6));
const hop = (ip: typeof ip4) =>
  fc.record(
    { device: fc.integer({ min: 1, max: 1e6 }).map(nameOf), via: ip, onlink: fc.constant(true) },
    { requiredKeys: ['device'], noNullPrototype: true },
  );
const routes: fc.Arbitrary<Route> = fc.constantFrom([ip4, 32] as const, [ip6, 128] as const).chain(([ip, bits]) =>
  fc.record(
    {
      destination: fc.tuple(ip, fc.integer({ min: 0, max: bits })).map(([address, length]) => cidrOf(address, length)),
      kind: fc.constant('unicast' as const),
      nextHops: fc.oneof(
        hop(ip).map((only) => [only]),
        fc.array(
          fc.tuple(hop(ip), fc.integer({ min: 1, max: 256 })).map(([one, weight]) => ({ ...one, weight })),
          { minLength: 2, maxLength: 4 },
        ),
      ),
      protocol: fc.integer({ min: 1, max: 255 }),
      scope: fc.constantFrom('universe', 'link', 'host'),
      metric: fc.nat({ max: 0xffffffff }),
      table: fc.integer({ min: 1, max: 0xffffffff }),
      source: ip,
      mtuBytes: fc.integer({ min: 68, max: 65535 }),
    },
    {
      requiredKeys: ['destination', 'kind', 'nextHops', 'protocol', 'scope', 'metric', 'table'],
      noNullPrototype: true,
    },
  ),
);

test('round trip: any route -> bytes -> the same route', () => {
  fc.assert(
    fc.property(routes, (route) => {
      assert.deepEqual(decodeRoute(encodeReplaceRoute(route, indexOf).body, nameOf), { ...route });
    }),
    { numRuns: 1000 },
  );
});
