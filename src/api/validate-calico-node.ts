import { parseMac } from '../net/mac.ts';
import type { CalicoNodeObject } from './calico-node.ts';
import type { FieldError } from './field-error.ts';
import { validateAddress, validateNetwork } from './validate-address.ts';

/** Checks the addresses of a node. */
export function validateCalicoNode({ spec, status }: CalicoNodeObject): readonly FieldError[] {
  const { bgp, wireguard } = spec;
  return [
    ...(bgp !== undefined && Object.keys(bgp).length === 0
      ? [{ field: 'spec.bgp', value: bgp, reason: 'Spec.BGP should not be empty' }]
      : []),
    ...validateNetwork('spec.bgp.ipv4Address', bgp?.ipv4Address, 4),
    ...validateNetwork('spec.bgp.ipv6Address', bgp?.ipv6Address, 6),
    ...validateAddress('spec.bgp.ipv4IPIPTunnelAddr', bgp?.ipv4IPIPTunnelAddr, 4),
    ...validateAddress('spec.bgp.routeReflectorClusterID', bgp?.routeReflectorClusterID, 4),
    ...validateAddress('spec.ipv4VXLANTunnelAddr', spec.ipv4VXLANTunnelAddr, 4),
    ...validateAddress('spec.ipv6VXLANTunnelAddr', spec.ipv6VXLANTunnelAddr, 6),
    ...checkMac('spec.vxlanTunnelMACAddr', spec.vxlanTunnelMACAddr),
    ...checkMac('spec.vxlanTunnelMACAddrV6', spec.vxlanTunnelMACAddrV6),
    ...validateAddress('spec.wireguard.interfaceIPv4Address', wireguard?.interfaceIPv4Address, 4),
    ...validateAddress('spec.wireguard.interfaceIPv6Address', wireguard?.interfaceIPv6Address, 6),
    ...(spec.addresses ?? []).flatMap(({ address }, index) =>
      validateNetwork(`spec.addresses[${index}].address`, address),
    ),
    ...checkKey('status.wireguardPublicKey', status?.wireguardPublicKey),
    ...checkKey('status.wireguardPublicKeyV6', status?.wireguardPublicKeyV6),
  ];
}

function checkMac(field: string, value: string | undefined): readonly FieldError[] {
  if (value === undefined || value === '') return [];
  try {
    parseMac(value);
    return [];
  } catch {
    return [{ field, value, reason: 'is not a valid MAC address' }];
  }
}

/** 32 bytes in base64: 43 characters and `=`; the last character has two bits to spare, which are zero. */
const wireguardKey = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/;

function checkKey(field: string, value: string | undefined): readonly FieldError[] {
  if (value === undefined || value === '' || wireguardKey.test(value)) return [];
  return [{ field, value, reason: 'a WireGuard public key is needed: 32 bytes in base64' }];
}
