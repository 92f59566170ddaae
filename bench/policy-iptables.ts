/**
 * The rules of the benchmarks in the shape that Calico gives them in iptables mode: a prefix tree of interface names, a
 * chain per endpoint, one jump per policy, verdicts kept in mark bits, an ipset and a multiport match per policy.
 */
import { clientDevice } from './policy-bed.ts';
import type { PolicyLoad } from './policy-load.ts';

/** Texts for `ipset restore` and `iptables-nft-restore`. */
export function calicoIptables({ devices, policies }: PolicyLoad): { readonly sets: string; readonly rules: string } {
  const sets = policies.flatMap(({ members }, n) => [
    `create cali40s:${n} hash:net family inet`,
    ...members.map((member) => `add cali40s:${n} ${member}`),
  ]);
  const chains = policies.map((_, n) => `cali-pi-${n}`);
  const tree = dispatch([clientDevice, ...devices]);
  const lines = [
    '*filter',
    ...[
      'cali-FORWARD',
      'cali-to-wl-dispatch',
      'cali-from-wl-dispatch',
      `cali-fw-${clientDevice}`,
      `cali-tw-${clientDevice}`,
    ].map(declare),
    ...[...tree.keys()].map(declare),
    ...devices.map((device) => declare(`cali-tw-${device}`)),
    ...chains.map(declare),
    '-A FORWARD -j cali-FORWARD',
    '-A FORWARD -m mark --mark 0x10000/0x10000 -j ACCEPT',
    '-A cali-FORWARD -j MARK --set-xmark 0x0/0xe0000',
    '-A cali-FORWARD -i cali+ -j cali-from-wl-dispatch',
    '-A cali-FORWARD -o cali+ -j cali-to-wl-dispatch',
    `-A cali-from-wl-dispatch -i ${clientDevice} -g cali-fw-${clientDevice}`,
    ...established(`cali-fw-${clientDevice}`),
    `-A cali-fw-${clientDevice} -j MARK --set-xmark 0x10000/0x10000`,
    ...[...tree.keys()].map((chain) => `-A cali-to-wl-dispatch -o cali${chain.at(-1)}+ -g ${chain}`),
    '-A cali-to-wl-dispatch -j DROP',
    ...[...tree].flatMap(([chain, names]) => [
      ...names.map((device) => `-A ${chain} -o ${device} -g cali-tw-${device}`),
      `-A ${chain} -j DROP`,
    ]),
    ...established(`cali-tw-${clientDevice}`),
    ...devices.flatMap((device) => endpointChain(`cali-tw-${device}`, chains)),
    ...policies.flatMap(({ port }, n) => [
      `-A cali-pi-${n} -p tcp -m set --match-set cali40s:${n} src -m multiport --dports ${port} -j MARK --set-xmark 0x10000/0x10000`,
      `-A cali-pi-${n} -m mark --mark 0x10000/0x10000 -j RETURN`,
    ]),
    'COMMIT',
  ];
  return { sets: `${sets.join('\n')}\n`, rules: `${lines.join('\n')}\n` };
}

/** One level: by the first character behind `cali`. */
function dispatch(devices: readonly string[]): ReadonlyMap<string, readonly string[]> {
  return Map.groupBy(devices, (device) => `cali-to-wl-dispatch-${device.slice(4, 5)}`);
}

function endpointChain(chain: string, policies: readonly string[]): readonly string[] {
  return [
    ...established(chain),
    `-A ${chain} -j MARK --set-xmark 0x0/0x30000`,
    ...policies.flatMap((policy) => [
      `-A ${chain} -m mark --mark 0x0/0x20000 -j ${policy}`,
      `-A ${chain} -m mark --mark 0x10000/0x10000 -j RETURN`,
    ]),
    `-A ${chain} -m mark --mark 0x0/0x20000 -j DROP`,
    `-A ${chain} -j DROP`,
  ];
}

function established(chain: string): readonly string[] {
  return [
    `-A ${chain} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`,
    `-A ${chain} -m conntrack --ctstate INVALID -j DROP`,
  ];
}

function declare(chain: string): string {
  return `:${chain} - [0:0]`;
}
