/** Byte offsets in `struct __sk_buff`, the context of a tc program. @see linux/bpf.h */
export const skb = { pkt_type: 4, protocol: 16, data: 76, data_end: 80 } as const;

/** Byte offsets in `struct bpf_fib_lookup`. @see linux/bpf.h */
export const fib = { family: 0, l4_protocol: 1, ifindex: 8, tos: 12, ipv4_src: 16, ipv4_dst: 32 } as const;
/** sizeof(struct bpf_fib_lookup). */
export const fibSize = 64;

/** sizeof(struct bpf_redir_neigh); nh_family at 0, ipv4_nh at 4. */
export const redirNeighSize = 20;

/** @see linux/bpf.h BPF_FIB_LOOKUP_*: look up as the sender on that device; leave neighbours alone. */
export const BPF_FIB_LOOKUP_OUTPUT = 2;
export const BPF_FIB_LOOKUP_SKIP_NEIGH = 4;

/** @see linux/bpf.h enum bpf_adj_room_mode: room behind the IP header, or between the Ethernet and the IP header. */
export const BPF_ADJ_ROOM_NET = 0;
export const BPF_ADJ_ROOM_MAC = 1;
/** @see linux/bpf.h BPF_F_ADJ_ROOM_*: segments keep their size; an outer IPv4 header; checksum state is kept. */
export const BPF_F_ADJ_ROOM_FIXED_GSO = 1;
export const BPF_F_ADJ_ROOM_ENCAP_L3_IPV4 = 2;
export const BPF_F_ADJ_ROOM_NO_CSUM_RESET = 32;

/** A checksum over the whole frame that the device has made is kept right. @see linux/bpf.h */
export const BPF_F_RECOMPUTE_CSUM = 1;

/** Redirect to the receiving side of a device. @see linux/bpf.h BPF_F_INGRESS */
export const BPF_F_INGRESS = 1;

/** Results of a tcx program; NEXT leaves the packet to the next program and then to the stack. @see linux/bpf.h */
export const TCX_NEXT = -1;
export const TCX_DROP = 2;
export const TCX_REDIRECT = 7;

/** htons(ETH_P_IP) as a little-endian machine reads it. */
export const ETH_P_IP_NETWORK_ORDER = 0x0008;
export const AF_INET = 2;
export const IPPROTO_ICMP = 1;
export const IPPROTO_IPIP = 4;
/** `lo` has this index in every network namespace. */
export const LOOPBACK_IFINDEX = 1;
/** @see asm-generic/errno.h EALREADY */
export const EALREADY = 114;
/** skb->pkt_type of a frame for this machine. @see linux/if_packet.h */
export const PACKET_HOST = 0;
