/** The agent's way to the question which tunnel addresses its node must own; routing answers it. */
export { neededTunnelAddresses, type TunnelAddressNeed, tunnelAddressTypes } from '../routing/node-tunnels.ts';
