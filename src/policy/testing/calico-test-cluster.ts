import type { PolicyResources } from '../resources.ts';
import { namespace, networkSet, pod, serviceAccount, slice } from './policy-case.ts';

/** What the tables about Calico's policies are set in: pods of three namespaces, one of which is not there. */
export const calicoTestCluster: Partial<PolicyResources> = {
  namespaces: [namespace('default', { team: 'a' }), namespace('other', { team: 'b' })],
  serviceAccounts: [serviceAccount('default/robot', { kind: 'machine' })],
  pods: [
    pod('default/web', { app: 'web' }, '10.0.0.1 fd00::1', [{ name: 'http', containerPort: 8080 }]),
    pod('default/api', { app: 'api' }, '10.0.0.2 fd00::2', [], 'robot'),
    pod('other/api', { app: 'api' }, '10.0.0.3 fd00::3'),
    pod('lost/api', { app: 'api' }, '10.0.0.4'),
  ],
  networkSets: [networkSet('default/office', { zone: 'office' }, ['192.0.2.0/24', '192.0.2.7/32'])],
  globalNetworkSets: [networkSet('world', { zone: 'world' }, ['198.51.100.0/24'])],
  endpointSlices: [slice('default/db', ['10.0.0.3', '203.0.113.5'], [{ port: 5432 }, { port: 53, protocol: 'UDP' }])],
};
