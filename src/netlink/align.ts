/**
 * The length rounded up to whole 4-byte words, as headers and attributes are laid out.
 *
 * @see linux/netlink.h NLMSG_ALIGN, NLA_ALIGN
 */
export function align4(length: number): number {
  return (length + 3) & ~3;
}
