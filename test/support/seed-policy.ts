import type { NodeState } from '../../src/desired/node-state.ts';
import { PolicyCalculation } from '../../src/policy/calculation.ts';
import type { PolicyChange } from '../../src/policy/policy-input.ts';
import type { PolicySettings } from '../../src/policy/policy-settings.ts';
import type { PolicyRendering } from '../../src/render/policy-rendering.ts';

/** Settings as they are when nothing is configured, without failsafe ports but SSH and DNS. */
export const seedPolicySettings: PolicySettings = {
  endpointToHost: 'accept',
  dropInvalid: true,
  denyAction: 'drop',
  logPerSecond: 10,
  failsafeInbound: [{ protocol: 6, port: 22 }],
  failsafeOutbound: [{ protocol: 17, port: 53 }],
};

/** What the changes come to. */
export function seedPolicy(changes: readonly PolicyChange[], settings: Partial<PolicySettings> = {}): PolicyRendering {
  const calculation = new PolicyCalculation();
  calculation.apply(changes);
  return { state: calculation.state(), settings: { ...seedPolicySettings, ...settings } };
}

/** No policy for the containers of this node: each may do everything. */
export function openPolicy({ endpoints }: Pick<NodeState, 'endpoints'>): PolicyRendering {
  return seedPolicy(
    endpoints.map(({ device, namespace, pod }) => ({
      kind: 'local',
      key: device,
      value: { device, name: `${namespace}/${pod}` },
    })),
  );
}
