import type { FdbEntry, InterfaceAddress, Neighbour } from '../net/link.ts';
import type { Route } from '../net/route.ts';
import { decodeAddress } from './interface-address.ts';
import { addressFamily } from './ip-bytes.ts';
import { decodeLink, type ListedLink } from './link.ts';
import type { NetlinkMessage } from './message.ts';
import { asFdbEntry, asNeighbour, decodeNeighbour } from './neighbour.ts';
import { decodeRoute } from './route.ts';
import { type NameOf, routeMessage } from './rtnetlink.ts';

/**
 * A change that the kernel has announced. `device` is the interface that it is about, where there is one; the whole
 * value is there where our types can say it (a learned neighbour, a multicast route have none).
 */
export type NetlinkEvent =
  | { readonly kind: 'link'; readonly action: EventAction; readonly device: string; readonly link: ListedLink }
  | {
      readonly kind: 'address';
      readonly action: EventAction;
      readonly device: string;
      readonly address: InterfaceAddress;
    }
  | { readonly kind: 'route'; readonly action: EventAction; readonly device?: string; readonly route?: Route }
  | {
      readonly kind: 'neighbour';
      readonly action: EventAction;
      readonly device: string;
      readonly neighbour?: Neighbour;
    }
  | { readonly kind: 'fdb'; readonly action: EventAction; readonly device: string; readonly entry?: FdbEntry };

/** `new` is also every change of what was there. */
export type EventAction = 'new' | 'delete';

/**
 * What a message of the routing family announces; `undefined` for what nobody asks about.
 *
 * @throws WeftError NETLINK_MALFORMED
 */
export function decodeRouteEvent(message: NetlinkMessage, nameOf: NameOf): NetlinkEvent | undefined {
  const { body, type } = message;
  switch (type) {
    case routeMessage.newLink:
    case routeMessage.deleteLink:
      return linkEvent(body, type === routeMessage.newLink ? 'new' : 'delete', nameOf);
    case routeMessage.newAddress:
    case routeMessage.deleteAddress: {
      const address = decodeAddress(body, nameOf);
      const action = type === routeMessage.newAddress ? 'new' : 'delete';
      return address === undefined ? undefined : { kind: 'address', action, device: address.device, address };
    }
    case routeMessage.newRoute:
    case routeMessage.deleteRoute:
      return routeEvent(body, type === routeMessage.newRoute ? 'new' : 'delete', nameOf);
    case routeMessage.newNeighbour:
    case routeMessage.deleteNeighbour:
      return neighbourEvent(body, type === routeMessage.newNeighbour ? 'new' : 'delete', nameOf);
    default:
      return undefined;
  }
}

/** A bridge announces its ports with messages of AF_BRIDGE; that a port leaves its bridge is no end of a device. */
function linkEvent(body: Uint8Array, action: EventAction, nameOf: NameOf): NetlinkEvent {
  const link = decodeLink(body, nameOf);
  return { kind: 'link', action: body[0] === addressFamily.bridge ? 'new' : action, device: link.name, link };
}

function routeEvent(body: Uint8Array, action: EventAction, nameOf: NameOf): NetlinkEvent {
  const route = decodeRoute(body, nameOf);
  const device = route?.nextHops.find((hop) => hop.device !== undefined)?.device;
  return {
    kind: 'route',
    action,
    ...(device === undefined ? {} : { device }),
    ...(route === undefined ? {} : { route }),
  };
}

function neighbourEvent(body: Uint8Array, action: EventAction, nameOf: NameOf): NetlinkEvent {
  const message = decodeNeighbour(body, nameOf);
  const { device } = message;
  if (message.family === addressFamily.bridge) {
    const entry = asFdbEntry(message);
    return { kind: 'fdb', action, device, ...(entry === undefined ? {} : { entry }) };
  }
  const neighbour = asNeighbour(message);
  return { kind: 'neighbour', action, device, ...(neighbour === undefined ? {} : { neighbour }) };
}
