/** Kernel functions that our programs call, by their names without `bpf_`. @see linux/bpf.h enum bpf_func_id */
export const helperFunctions = {
  map_lookup_elem: 1,
  get_prandom_u32: 7,
  skb_store_bytes: 9,
  l3_csum_replace: 10,
  redirect: 23,
  skb_pull_data: 39,
  skb_adjust_room: 50,
  fib_lookup: 69,
  redirect_neigh: 152,
} as const;

/** `fib_lookup`, ... */
export type HelperName = keyof typeof helperFunctions;
