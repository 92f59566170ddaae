import { type JsonSchema, list, map, object, oneOf, text } from './json-schema.ts';
import { type KindSchema, onlyName } from './kind-schema.ts';
import { choice, duration, networkPattern, port, selector, toggle, words } from './schema-parts.ts';

const period = duration('How often everything is compared anew [default: 5m]');
const reconciler = (description: string): JsonSchema => object({ reconcilerPeriod: period }, { description });

const template = object(
  {
    generateName: text({
      description: 'Middle of the name: NODE-THIS-auto-hep',
      maxLength: 253,
      pattern: '^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)?$',
    }),
    interfaceCIDRs: list(text({ maxLength: 49, pattern: networkPattern }), {
      description: 'Only addresses of the node in these networks',
      maxItems: 1000,
      'x-kubernetes-list-type': 'set',
    }),
    interfacePattern: words('Regular expression: one endpoint for each such interface'),
    nodeSelector: selector('Nodes that get such an endpoint'),
    labels: map(text(), { description: 'Labels of the endpoint; they win over labels of the node' }),
    annotations: map(text(), { description: 'Annotations of the endpoint' }),
  },
  { description: 'Form of a host endpoint' },
);

const hostEndpoint = object(
  {
    autoCreate: toggle('Make host endpoints for nodes [default: Disabled]'),
    createDefaultHostEndpoint: toggle('Make the one endpoint with all interfaces of the node [default: Enabled]'),
    templates: list(template, { description: 'Further endpoints of every node' }),
  },
  { description: 'Host endpoints of nodes' },
);

const controllers = object(
  {
    node: object(
      {
        reconcilerPeriod: period,
        syncLabels: toggle('Copy labels of Kubernetes nodes [default: Enabled]'),
        hostEndpoint,
        leakGracePeriod: duration('How long an address without a pod is kept; 0 for ever [default: 15m]'),
      },
      { description: 'Cleans up behind nodes and addresses' },
    ),
    policy: reconciler('Copies network policy; with an etcd store only'),
    workloadEndpoint: reconciler('Copies labels of pods; with an etcd store only'),
    serviceAccount: reconciler('Copies service accounts; with an etcd store only'),
    namespace: reconciler('Copies namespaces; with an etcd store only'),
    loadBalancer: object(
      {
        assignIPs: oneOf(['AllServices', 'RequestedServicesOnly'], {
          description: 'Services that get an address: all of type LoadBalancer, or those that ask',
          default: 'AllServices',
        }),
      },
      { description: 'Gives addresses to services of type LoadBalancer' },
    ),
    migration: object(
      { policyNameMigrator: toggle('Rename policies of older versions [default: Enabled]') },
      { description: 'Brings objects of older versions into the form of this one' },
    ),
    policyMigration: object(
      { enabled: toggle('Rename policies of older versions [default: Enabled]') },
      { description: 'Earlier spelling of migration' },
    ),
  },
  { description: 'The controllers that run; absent = off' },
);

const spec = (description: string, healthChecks: JsonSchema): JsonSchema =>
  object(
    {
      logSeverityScreen: choice(
        ['None', 'Debug', 'Info', 'Warning', 'Error', 'Fatal', 'Panic'],
        'What is logged to standard output [default: Info]',
      ),
      healthChecks,
      etcdV3CompactionPeriod: duration('How often etcd is compacted; 0 for never [default: 10m]'),
      prometheusMetricsPort: port('Port metrics are served at; 0 for none [default: 9094]', 0),
      debugProfilePort: port('Port profiles are served at', 0),
      controllers,
    },
    { description, required: ['controllers'] },
  );

/** Schema of KubeControllersConfiguration. */
export const controllersSchema: KindSchema = {
  description: 'Settings of the controllers; the one object is called "default"',
  spec: spec('The settings', oneOf(['Enabled', 'Disabled'], { description: 'Serve health', default: 'Enabled' })),
  status: object(
    {
      runningConfig: spec('The settings in force, environment included', toggle('Serve health')),
      environmentVars: map(text(), { description: 'Variables of the environment that had a say' }),
    },
    { description: 'What the controllers made of it' },
  ),
  rules: [onlyName('KubeControllersConfiguration', 'default')],
};
