import { controllersSchema } from './controllers-schema.ts';
import { felixBpfKeys } from './felix-bpf-schema.ts';
import { felixFilterKeys } from './felix-filter-schema.ts';
import { felixProcessKeys } from './felix-process-schema.ts';
import { felixRouteKeys } from './felix-route-schema.ts';
import { type JsonSchema, object, type ValidationRule } from './json-schema.ts';
import { column, type KindSchema, onlyName } from './kind-schema.ts';
import { nodeStatusSchema } from './node-status-schema.ts';
import { flag, words } from './schema-parts.ts';

const ofFamily = (field: string, family: 4 | 6): ValidationRule => ({
  rule: `!has(self.${field}) || self.${field} == '' || (isIP(self.${field}) && ip(self.${field}).family() == ${family})`,
  message: `${field} must be a valid IPv${family} address`,
});

/**
 * Every key Calico knows. There are no defaults here: a key that is absent leaves the choice to the settings of fewer
 * nodes or more, and to the agent at last; filled in, it would end that search.
 */
const felixConfigurationSpec: JsonSchema = object(
  { ...felixProcessKeys, ...felixFilterKeys, ...felixRouteKeys, ...felixBpfKeys },
  {
    description: 'The settings; the agent picks a value for what is absent',
    'x-kubernetes-validations': [
      {
        rule: '!has(self.routeTableRange) || !has(self.routeTableRanges)',
        message: 'routeTableRange and routeTableRanges cannot both be set',
      },
      ofFamily('natOutgoingAddress', 4),
      ofFamily('deviceRouteSourceAddress', 4),
      ofFamily('deviceRouteSourceAddressIPv6', 6),
    ],
  },
);

const clusterInformationSpec: JsonSchema = object(
  {
    clusterGUID: words('Names the cluster among all clusters: 32 hex digits'),
    clusterType: words('What runs it, with commas'),
    calicoVersion: words('Version of the agents'),
    datastoreReady: flag('False while the store is being moved: nothing may be changed then'),
    variant: words('Flavour of the product'),
  },
  { description: 'What is known about the cluster' },
);

/** Schemas of the kinds that configure the cluster and its programs, or tell of them. */
export const configKindSchemas: Readonly<Record<string, KindSchema>> = {
  FelixConfiguration: {
    description:
      'Settings of the node agents: of all ("default"), of one ("node.NAME"), or of those nodeSelector picks',
    spec: felixConfigurationSpec,
    rules: [
      {
        rule: "!(self.metadata.name == 'default' || self.metadata.name.startsWith('node.')) || !has(self.spec.nodeSelector)",
        message: "nodeSelector must not be set on the 'default' or a per-node ('node.*') FelixConfiguration",
      },
    ],
  },
  ClusterInformation: {
    description: 'What a cluster says about itself; the one object is called "default"',
    spec: clusterInformationSpec,
    rules: [onlyName('ClusterInformation', 'default')],
    columns: [
      column('ClusterGUID', '.spec.clusterGUID'),
      column('ClusterType', '.spec.clusterType'),
      column('CalicoVersion', '.spec.calicoVersion'),
      column('DatastoreReady', '.spec.datastoreReady', 'boolean'),
    ],
  },
  KubeControllersConfiguration: controllersSchema,
  CalicoNodeStatus: nodeStatusSchema,
};
