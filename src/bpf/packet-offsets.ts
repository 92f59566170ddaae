/** Bytes of an Ethernet header. */
export const ethernetSize = 14;
/** Bytes of an IPv4 header without options. */
export const ipv4Size = 20;

/** Byte offsets in an IPv4 header. @see RFC 791 §3.1 */
export const ipv4 = {
  versionAndLength: 0,
  tos: 1,
  totalLength: 2,
  id: 4,
  fragment: 6,
  ttl: 8,
  protocol: 9,
  checksum: 10,
  source: 12,
  destination: 16,
} as const;

/** Version 4 and five words of header: the only outer header made or understood. */
export const versionAndLengthPlain = 0x45;

/** htons(IP_DF) as a little-endian machine reads it. @see RFC 791 §3.1 */
export const dontFragmentNetworkOrder = 0x0040;
/** htons(IP_MF | IP_OFFSET): not zero for every fragment. */
export const fragmentMaskNetworkOrder = 0xff3f;

/** The two bits of the TOS byte that are not DSCP. @see RFC 3168 §5 */
export const ecn = { mask: 3, notEct: 0, ect1: 1, ect0: 2, ce: 3 } as const;
