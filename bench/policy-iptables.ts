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
  const all = [clientDevice, ...devices];
  const lines = [
    '*filter',
    ...['cali-FORWARD', ...all.flatMap((device) => [`cali-fw-${device}`, `cali-tw-${device}`]), ...chains].map(declare),
    '-A FORWARD -j cali-FORWARD',
    '-A FORWARD -m mark --mark 0x10000/0x10000 -j ACCEPT',
    '-A cali-FORWARD -j MARK --set-xmark 0x0/0xe0000',
    ...dispatch('from', all),
    ...dispatch('to', all),
    '-A cali-FORWARD -i cali+ -j cali-from-wl-dispatch',
    '-A cali-FORWARD -o cali+ -j cali-to-wl-dispatch',
    // No policy with egress rules: the profile allows.
    ...all.flatMap((device) =>
      endpointChain(`cali-fw-${device}`, [], `-A cali-fw-${device} -j MARK --set-xmark 0x10000/0x10000`),
    ),
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

/** A tree of one level, by the first character behind `cali`. */
function dispatch(way: 'from' | 'to', devices: readonly string[]): readonly string[] {
  const [option, endpoint] = way === 'from' ? ['-i', 'cali-fw'] : ['-o', 'cali-tw'];
  const root = `cali-${way}-wl-dispatch`;
  const tree = [...Map.groupBy(devices, (device) => device.slice(4, 5))];
  return [
    declare(root),
    ...tree.map(([first]) => declare(`${root}-${first}`)),
    ...tree.map(([first]) => `-A ${root} ${option} cali${first}+ -g ${root}-${first}`),
    `-A ${root} -j DROP`,
    ...tree.flatMap(([first, names]) => [
      ...names.map((device) => `-A ${root}-${first} ${option} ${device} -g ${endpoint}-${device}`),
      `-A ${root}-${first} -j DROP`,
    ]),
  ];
}

function endpointChain(chain: string, policies: readonly string[], end = `-A ${chain} -j DROP`): readonly string[] {
  if (policies.length === 0) return [...established(chain), end];
  return [
    ...established(chain),
    `-A ${chain} -j MARK --set-xmark 0x0/0x30000`,
    ...policies.flatMap((policy) => [
      `-A ${chain} -m mark --mark 0x0/0x20000 -j ${policy}`,
      `-A ${chain} -m mark --mark 0x10000/0x10000 -j RETURN`,
    ]),
    `-A ${chain} -m mark --mark 0x0/0x20000 -j DROP`,
    end,
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
