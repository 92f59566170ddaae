/** The agent's way to the questions which tunnel addresses its node must own, for which devices; routing answers them. */
export { neededTunnelAddresses, type TunnelAddressNeed, tunnelAddressTypes } from '../routing/node-tunnels.ts';
export { tunnelDevice } from '../routing/tunnel.ts';
