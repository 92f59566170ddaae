import { ipFamily, isRoutable, tryParseIp } from '../net/ip.ts';
import type { BGPPeer } from './calico-bgp.ts';
import type { FieldError } from './field-error.ts';
import { readPeerAddress } from './peer-address.ts';
import { validateSelector } from './validate-selector.ts';

type Spec = BGPPeer['spec'];

/** Checks what a schema cannot say about a peer: which fields go together, and the form of its addresses. */
export function validateBgpPeer({ spec }: BGPPeer): readonly FieldError[] {
  return [
    ...checkPeerIp(spec),
    ...checkTogether(spec),
    ...checkReachableBy(spec),
    ...(['nodeSelector', 'peerSelector', 'localWorkloadSelector'] as const).flatMap((key) =>
      validateSelector(`spec.${key}`, spec[key]),
    ),
  ];
}

function checkPeerIp({ peerIP: value }: Spec): readonly FieldError[] {
  const field = 'spec.peerIP';
  if (value === undefined || isEmpty(value)) return [];
  const peer = readPeerAddress(value);
  if (peer === undefined) return [{ field, value, reason: 'an address is needed: IP, IPV4:PORT or [IPV6]:PORT' }];
  // BIRD wants the link's name with it, and takes no part of a configuration that lacks it.
  return isRoutable(peer.ip)
    ? []
    : [{ field, value, reason: 'an address is needed where other hosts are reached, not one of a single link' }];
}

function checkTogether(spec: Spec): readonly FieldError[] {
  const selectsPods = !isEmpty(spec.localWorkloadSelector);
  const selectsPeers = !isEmpty(spec.peerSelector);
  const hasNumber = (spec.asNumber ?? 0) !== 0;
  const lines: readonly (readonly [wrong: boolean, key: keyof Spec, reason: string])[] = [
    [
      !isEmpty(spec.node) && !isEmpty(spec.nodeSelector),
      'node',
      'Node field must be empty when NodeSelector is specified',
    ],
    [!isEmpty(spec.peerIP) && selectsPeers, 'peerIP', 'PeerIP field must be empty when PeerSelector is specified'],
    [hasNumber && selectsPeers, 'asNumber', 'ASNumber field must be empty when PeerSelector is specified'],
    [!hasNumber && selectsPods, 'asNumber', 'ASNumber field must NOT be empty when LocalWorkloadSelector is specified'],
    [
      !isEmpty(spec.peerIP) && selectsPods,
      'peerIP',
      'PeerIP field must be empty when LocalWorkloadSelector is specified',
    ],
    [
      selectsPeers && selectsPods,
      'peerSelector',
      'PeerSelector field must be empty when LocalWorkloadSelector is specified',
    ],
    [
      spec.keepOriginalNextHop === true && spec.nextHopMode !== undefined,
      'keepOriginalNextHop',
      'The KeepOriginalNextHop field is deprecated. It must not be set to true when NextHopMode is configured.',
    ],
  ];
  return lines
    .filter(([wrong]) => wrong)
    .map(([, key, reason]) => ({ field: `spec.${key}`, value: spec[key] ?? '', reason }));
}

function checkReachableBy({ reachableBy: value, peerIP }: Spec): readonly FieldError[] {
  const field = 'spec.reachableBy';
  if (value === undefined || value === '') return [];
  if (peerIP === undefined || peerIP === '') {
    return [{ field, value, reason: 'ReachableBy field must be empty when PeerIP is empty' }];
  }
  const gateway = tryParseIp(value);
  if (gateway === undefined) return [{ field, value, reason: 'ReachableBy is invalid address' }];
  const peer = readPeerAddress(peerIP);
  if (peer === undefined || ipFamily(peer.ip) === ipFamily(gateway)) return [];
  return [{ field, value, reason: 'ReachableBy and PeerIP address family mismatched' }];
}

function isEmpty(value: string | undefined): boolean {
  return value === undefined || value === '';
}
