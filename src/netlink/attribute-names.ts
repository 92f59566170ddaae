/** How the value of an attribute is shown: a scalar, or a table of the attributes inside it. */
export type AttributeShape = 'u8' | 'u32' | 'u16be' | 'u32be' | 'text' | 'ip' | 'mac' | 'hex' | AttributeTable;

/** Name and shape by attribute number. What is in no table is only counted. */
export type AttributeTable = ReadonlyMap<number, readonly [name: string, shape: AttributeShape]>;

const table = (entries: Readonly<Record<number, readonly [string, AttributeShape]>>): AttributeTable =>
  new Map(Object.entries(entries).map(([number, entry]) => [Number(number), entry]));

const vethPeer = table({ 3: ['IFNAME', 'text'], 4: ['MTU', 'u32'], 1: ['ADDRESS', 'mac'], 28: ['NET_NS_FD', 'u32'] });

const linkData = {
  vxlan: table({
    1: ['ID', 'u32'],
    3: ['LINK', 'u32'],
    4: ['LOCAL', 'ip'],
    7: ['LEARNING', 'u8'],
    15: ['PORT', 'u16be'],
    17: ['LOCAL6', 'ip'],
  }),
  ipip: table({ 2: ['LOCAL', 'ip'], 3: ['REMOTE', 'ip'], 4: ['TTL', 'u8'], 10: ['PMTUDISC', 'u8'] }),
  bridge: table({ 7: ['VLAN_FILTERING', 'u8'] }),
  tun: table({
    1: ['OWNER', 'u32'],
    2: ['GROUP', 'u32'],
    3: ['TYPE', 'u8'],
    4: ['PI', 'u8'],
    5: ['VNET_HDR', 'u8'],
    6: ['PERSIST', 'u8'],
    7: ['MULTI_QUEUE', 'u8'],
  }),
} as const;

/** The table of IFLA_INFO_DATA by the kind of the device; a veth's is a whole link message. */
export function linkDataTable(kind: string): AttributeTable | undefined {
  return kind in linkData ? linkData[kind as keyof typeof linkData] : undefined;
}

/** Attributes of the peer inside VETH_INFO_PEER, behind a `struct ifinfomsg`. */
export const vethPeerTable = vethPeer;

/** @see linux/if_link.h IFLA_* */
export const linkTable = table({
  1: ['ADDRESS', 'mac'],
  3: ['IFNAME', 'text'],
  4: ['MTU', 'u32'],
  5: ['LINK', 'u32'],
  10: ['MASTER', 'u32'],
  16: ['OPERSTATE', 'u8'],
  18: ['LINKINFO', table({ 1: ['KIND', 'text'] })],
  28: ['NET_NS_FD', 'u32'],
  29: ['EXT_MASK', 'u32'],
  33: ['CARRIER', 'u8'],
  37: ['LINK_NETNSID', 'u32'],
});

/** @see linux/if_addr.h IFA_* */
export const addressTable = table({
  1: ['ADDRESS', 'ip'],
  2: ['LOCAL', 'ip'],
  3: ['LABEL', 'text'],
  4: ['BROADCAST', 'ip'],
  8: ['FLAGS', 'u32'],
});

/** @see linux/rtnetlink.h RTA_* */
export const routeTable = table({
  1: ['DST', 'ip'],
  2: ['SRC', 'ip'],
  3: ['IIF', 'u32'],
  4: ['OIF', 'u32'],
  5: ['GATEWAY', 'ip'],
  6: ['PRIORITY', 'u32'],
  7: ['PREFSRC', 'ip'],
  8: ['METRICS', table({ 2: ['MTU', 'u32'] })],
  9: ['MULTIPATH', 'hex'],
  15: ['TABLE', 'u32'],
  18: ['VIA', 'hex'],
  30: ['NH_ID', 'u32'],
});

/** @see linux/neighbour.h NDA_* */
export const neighbourTable = table({
  1: ['DST', 'ip'],
  2: ['LLADDR', 'mac'],
  5: ['VLAN', 'hex'],
  8: ['IFINDEX', 'u32'],
  9: ['MASTER', 'u32'],
});

/** @see linux/fib_rules.h FRA_* */
export const ruleTable = table({
  1: ['DST', 'ip'],
  2: ['SRC', 'ip'],
  6: ['PRIORITY', 'u32'],
  10: ['FWMARK', 'u32'],
  15: ['TABLE', 'u32'],
  16: ['FWMASK', 'u32'],
  21: ['PROTOCOL', 'u8'],
});

const nftData = table({ 1: ['VALUE', 'hex'], 2: ['VERDICT', table({ 1: ['CODE', 'u32be'], 2: ['CHAIN', 'text'] })] });

/** @see linux/netfilter/nf_tables.h NFTA_SET_ELEM_LIST_* */
export const elementsTable = table({
  1: ['TABLE', 'text'],
  2: ['SET', 'text'],
  3: [
    'ELEMENTS',
    table({
      1: [
        'ELEM',
        table({
          1: ['KEY', nftData],
          2: ['DATA', nftData],
          3: ['FLAGS', 'u32be'],
          6: ['USERDATA', 'hex'],
          10: ['KEY_END', nftData],
        }),
      ],
    }),
  ],
});

/** @see linux/netfilter/nf_tables.h NFTA_GEN_* */
export const generationTable = table({ 1: ['ID', 'u32be'], 2: ['PROC_PID', 'u32be'], 3: ['PROC_NAME', 'text'] });

/** @see linux/netfilter/nf_tables.h NFTA_TABLE_*, NFTA_CHAIN_*, NFTA_RULE_*, NFTA_SET_* */
export const nftTableTable = table({ 1: ['NAME', 'text'], 2: ['FLAGS', 'u32be'] });
export const nftChainTable = table({
  1: ['TABLE', 'text'],
  3: ['NAME', 'text'],
  5: ['POLICY', 'u32be'],
  7: ['TYPE', 'text'],
});
export const nftRuleTable = table({ 1: ['TABLE', 'text'], 2: ['CHAIN', 'text'], 7: ['USERDATA', 'hex'] });
export const nftSetTable = table({ 1: ['TABLE', 'text'], 2: ['NAME', 'text'], 3: ['FLAGS', 'u32be'] });

/** @see linux/netfilter/nfnetlink_log.h NFULA_*, NFULA_CFG_* */
export const nflogPacketTable = table({
  2: ['MARK', 'u32be'],
  4: ['IFINDEX_INDEV', 'u32be'],
  5: ['IFINDEX_OUTDEV', 'u32be'],
  9: ['PAYLOAD', 'hex'],
  10: ['PREFIX', 'text'],
});
export const nflogConfigTable = table({
  1: ['CMD', 'u8'],
  2: ['MODE', 'hex'],
  4: ['TIMEOUT', 'u32be'],
  5: ['QTHRESH', 'u32be'],
});
