/** Tunnel devices that bear a name we reserve: whoever made them, we decide what they are. */
const tunnelDevices: ReadonlySet<string> = new Set(['vxlan.calico', 'vxlan-v6.calico', 'tunl0']);

/** True for the tunnel devices of this project: `vxlan.calico`, `vxlan-v6.calico`, `tunl0`. */
export function isOurTunnel(device: string): boolean {
  return tunnelDevices.has(device);
}

/** True for the vxlan ones among them. */
export function isOurVxlan(device: string): boolean {
  return device.startsWith('vxlan') && tunnelDevices.has(device);
}

/** True for the host side of a pod's veth pair: `cali` + anything. */
export function isPodDevice(device: string): boolean {
  return device.startsWith('cali');
}
