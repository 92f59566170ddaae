import { integer, type JsonSchema, list, map, object, oneOf, text } from './json-schema.ts';

/** Schema of a `metav1.LabelSelector`. */
export const labelSelectorSchema = (description: string): JsonSchema =>
  object(
    {
      matchLabels: map(text(), { description: 'Labels that must have these values' }),
      matchExpressions: list(
        object(
          {
            key: text({ description: 'The label' }),
            operator: text({ description: 'In, NotIn, Exists or DoesNotExist' }),
            values: list(text(), { description: 'For In and NotIn' }),
          },
          { required: ['key', 'operator'] },
        ),
        { description: 'Conditions that must all hold' },
      ),
    },
    { description },
  );

const ports = list(
  object({
    protocol: text({ description: 'TCP, UDP or SCTP; TCP if empty' }),
    port: { 'x-kubernetes-int-or-string': true, description: 'A number or the name of a container port' },
    endPort: integer({ description: 'With a number: the last port of a range', format: 'int32' }),
  }),
  { description: 'One of these ports; all when empty' },
);

const peers = (description: string): JsonSchema =>
  list(
    object({
      podSelector: labelSelectorSchema('Pods whose labels match'),
      namespaceSelector: labelSelectorSchema('Namespaces whose labels match; the policy’s own if absent'),
      ipBlock: object(
        {
          cidr: text({ description: 'A network' }),
          except: list(text(), { description: 'Networks in it that are not meant' }),
        },
        { description: 'Addresses; not together with the selectors', required: ['cidr'] },
      ),
    }),
    { description },
  );

/** The spec of a networking.k8s.io/v1 NetworkPolicy. */
export const kubernetesPolicyFields: Readonly<Record<string, JsonSchema>> = {
  podSelector: labelSelectorSchema('Which pods of the namespace the policy is for; all when empty'),
  ingress: list(object({ ports, from: peers('From one of these; from everywhere when empty') }), {
    description: 'What may connect to the pods',
  }),
  egress: list(object({ ports, to: peers('To one of these; to everywhere when empty') }), {
    description: 'What the pods may connect to',
  }),
  policyTypes: list(oneOf(['Ingress', 'Egress']), {
    description: 'The directions the policy decides',
    maxItems: 2,
    'x-kubernetes-list-type': 'set',
  }),
};
