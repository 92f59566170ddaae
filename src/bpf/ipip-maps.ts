/** Names of the maps that the programs share with the agent. */
export const ipipMaps = {
  /** Hash: IPv4 address in network order (4 bytes) -> 1 (u32). Who may send us tunnel packets. */
  peers: 'peers',
  /** Array by {@link dropReasons} index -> count (u64). */
  drops: 'drops',
} as const;

/** Why a program dropped a packet; the position is the index in the `drops` map, so new ones go to the end. */
export const dropReasons = [
  /** Encapsulate: not IPv4, or shorter than its header. */
  'not-ipv4',
  /** Encapsulate: the kernel has no route for it on the tunnel device, or one without a gateway. */
  'no-gateway',
  /** Encapsulate: no way to the gateway on the underlay. */
  'no-underlay-route',
  /** Either: the kernel could not make or remove room for the outer header. */
  'no-room',
  /** Decapsulate: the outer source is not a known node. */
  'unknown-source',
  /** Decapsulate: the outer packet is a fragment. */
  'outer-fragment',
  /** Decapsulate: the inner packet is cut short or not IPv4. */
  'malformed',
  /** Decapsulate: marked "congestion experienced" on the way, and the inner sender does not understand that. */
  'congestion',
] as const;

/** `unknown-source`, ... */
export type DropReason = (typeof dropReasons)[number];
