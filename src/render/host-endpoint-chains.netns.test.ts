import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { seedSnapshot } from '../../test/support/seed-cluster.ts';
import { seedPolicySettings } from '../../test/support/seed-policy.ts';
import { ThrowawayNetns } from '../../test/support/throwaway-netns.ts';
import { computeNodeState } from '../desired/compute.ts';
import { formatReplacement } from '../nft/format.ts';
import { allChanges } from '../policy/all-changes.ts';
import { PolicyCalculation } from '../policy/calculation.ts';
import { resolveHostEndpoints } from '../policy/resolve-host-endpoints.ts';
import { emptyResources } from '../policy/testing/empty-resources.ts';
import { globalPolicy, hostEndpoint } from '../policy/testing/policy-case.ts';
import { renderNftTable } from './nft-table.ts';

const host = hostEndpoint('h', { host: 'h' }, { interfaceName: '*' });
const rules = { selector: 'has(host)', ingress: [{ action: 'Deny' as const }], egress: [{ action: 'Deny' as const }] };
const resources = {
  ...emptyResources,
  hostEndpoints: [host],
  globalNetworkPolicies: [
    globalPolicy('normal', rules),
    globalPolicy('forward', { ...rules, applyOnForward: true }),
    globalPolicy('untracked', { ...rules, doNotTrack: true, applyOnForward: true }),
    globalPolicy('pre-dnat', { ...rules, egress: [], types: ['Ingress'], preDNAT: true, applyOnForward: true }),
  ],
};
const calculation = new PolicyCalculation();
calculation.apply([...allChanges(resources), ...resolveHostEndpoints([host], host.spec.node ?? '', [])]);

const node = new ThrowawayNetns('host-endpoint');
after(() => node.remove());

// The kernel looks at all chains that a hook can lead to, and knows no rejection where packets leave or first arrive.
for (const [denyAction, asksWhere] of [
  ['drop', ['filter-output', 'mangle-postrouting']],
  ['reject', ['filter-output']],
] as const) {
  test(`policy of a host endpoint in every phase, denyAction ${denyAction} -> loaded; egress in ${asksWhere}`, () => {
    const settings = { ...seedPolicySettings, denyAction };
    const names = { interfacePrefix: 'cali', tableName: 'weft' };
    const table = renderNftTable(computeNodeState(seedSnapshot({})), { state: calculation.state(), settings }, names);
    node.nft(formatReplacement(table));
    const asking = table.chains.filter((chain) =>
      chain.rules.some(({ action }) => action === 'jump cali-to-host-endpoint'),
    );
    assert.deepEqual(
      asking.map(({ name }) => name),
      asksWhere,
    );
  });
}
