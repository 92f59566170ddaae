/** As seen from the endpoint that a policy is for. */
export type Direction = 'ingress' | 'egress';
