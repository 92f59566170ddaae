/** The length rounded up to whole 4-byte words, as headers and attributes are laid out.
 *
 * Mirrors `#define NLMSG_ALIGN(len) ( ((len)+NLMSG_ALIGNTO-1) & ~(NLMSG_ALIGNTO-1) )` with `NLMSG_ALIGNTO 4U`; `NLA_ALIGN`,
 * `RTA_ALIGN` and `RTNH_ALIGN` are the same function.
 *
 * @see linux/netlink.h
 */
export function align4(length: number): number {
  return (length + 3) & ~3;
}
