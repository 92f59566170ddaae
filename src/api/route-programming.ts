/** The values of programClusterRoutes, in FelixConfiguration and in BGPConfiguration. */
export const routeProgrammings = ['Enabled', 'EnabledIPIPOnly', 'EnabledNoEncapOnly', 'Disabled'] as const;

/** Which pools' routes to other nodes a program is asked to write. VXLAN is always the agent's. */
export type RouteProgramming = (typeof routeProgrammings)[number];
