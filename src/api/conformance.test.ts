import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { FailsafePortField } from './calico.ts';
import type { EndpointPort, IpNat, WorkloadEndpointPort, WorkloadEndpointSpec } from './calico-endpoints.ts';
import type { EntityRule, HttpMatch, IcmpMatch, Rule } from './calico-policy.ts';
import { checkSchema, isShapeError } from './check-schema.ts';
import { endpointPortSchema } from './endpoint-schemas.ts';
import type { FieldError } from './field-error.ts';
import type { JsonSchema } from './json-schema.ts';
import * as kinds from './kinds.ts';
import type { Kind, KubernetesObject } from './meta.ts';
import { entitySchema, httpSchema, icmpSchema, portSchema, protocol, ruleSchema } from './rule-schemas.ts';
import { validateObject } from './validate.ts';
import { validateEntityRule } from './validate-entity-rule.ts';
import { validateFailsafePort } from './validate-felix-configuration.ts';
import { validateEndpointPort } from './validate-host-endpoint.ts';
import { validateHttpMatch } from './validate-http-match.ts';
import { validateIcmpMatch } from './validate-icmp-match.ts';
import { validateAnnotations } from './validate-labels.ts';
import { validatePort } from './validate-port.ts';
import { validateProtocol } from './validate-protocol.ts';
import { validateRule } from './validate-rule.ts';
import { validateIpNat, validateWorkloadEndpointSpec, validateWorkloadPort } from './validate-workload-endpoint.ts';

interface ConformanceCase {
  readonly description: string;
  readonly type: string;
  readonly value: Readonly<Record<string, unknown>>;
  /** Some tables of the data give the text of the error instead, empty when there is none. */
  readonly valid?: boolean;
  readonly errorContains?: string;
}

type Check = (value: Readonly<Record<string, unknown>>) => readonly FieldError[];

/** Sub-structures that the data holds alone, and kinds under other names. */
const checks: Readonly<Record<string, Check>> = {};

/** A sub-structure is checked where it stands in an object. */
const inside = (kind: Kind<KubernetesObject>, wrap: (value: unknown) => object): Check => {
  return (value) => validateObject(kind, { metadata: { name: 'default' }, ...wrap(value) } as KubernetesObject);
};
const inController = (key: string): Check =>
  inside(kinds.kubeControllersConfigurations, (value) => ({ spec: { controllers: { [key]: value } } }));

const subStructures: Readonly<Record<string, Check>> = {
  'v3.BGPFilterRuleV4': inside(kinds.bgpFilters, (rule) => ({ spec: { exportV4: [rule] } })),
  'v3.BGPFilterRuleV6': inside(kinds.bgpFilters, (rule) => ({ spec: { importV6: [rule] } })),
  'v3.BGPFilterOperation': inside(kinds.bgpFilters, (operation) => ({
    spec: { exportV4: [{ action: 'Accept', operations: [operation] }] },
  })),
  'v3.NodeControllerConfig': inController('node'),
  'v3.PolicyControllerConfig': inController('policy'),
  'v3.WorkloadEndpointControllerConfig': inController('workloadEndpoint'),
  'v3.ServiceAccountControllerConfig': inController('serviceAccount'),
  'v3.NamespaceControllerConfig': inController('namespace'),
  'v3.LoadBalancerControllerConfig': inController('loadBalancer'),
  'v3.Template': inside(kinds.kubeControllersConfigurations, (template) => ({
    spec: { controllers: { node: { hostEndpoint: { templates: [template] } } } },
  })),
  'v3.HealthTimeoutOverride': inside(kinds.felixConfigurations, (one) => ({ spec: { healthTimeoutOverrides: [one] } })),
  'v3.RouteTableRange': inside(kinds.felixConfigurations, (range) => ({ spec: { routeTableRange: range } })),
  'v3.RouteTableIDRange': inside(kinds.felixConfigurations, (range) => ({ spec: { routeTableRanges: [range] } })),
  'internalapi.NodeStatus': inside(kinds.calicoNodes, (status) => ({ spec: {}, status })),
};

/** Cases this project decides otherwise, by description, with the reason that docs/differences.md gives. */
const differences: Readonly<Record<string, string>> = {};

/** A whole object, or the spec of one, of a kind of this project. */
function checkKind(type: string): Check | undefined {
  const name = type.replace(/^.*\./, '').replace(/(Spec)?$/, '');
  const known = [...kinds.calicoKinds, ...kinds.calicoViews, kinds.blockAffinities];
  const kind = known.find((candidate) => candidate.kind === name);
  if (kind === undefined) return undefined;
  return (value) => {
    const object = type.endsWith('Spec') ? { metadata: { name: 'default' }, spec: value } : value;
    return validateObject(kind, object as unknown as KubernetesObject);
  };
}

const file = new URL('../../../shared/conformance/validation.json', import.meta.url);

function readCases(): readonly ConformanceCase[] {
  const revive = (_key: string, value: unknown): unknown => {
    const repeat = (value as { $repeat?: [string, number] } | null)?.$repeat;
    return repeat === undefined ? value : repeat[0].repeat(repeat[1]);
  };
  return (JSON.parse(readFileSync(file, 'utf8'), revive) as { cases: ConformanceCase[] }).cases;
}

/** Parts of policies and endpoints: schema and rules, as they apply inside a whole object. */
const policyChecks: Readonly<Record<string, Check>> = {
  'numorstring.Protocol': checkPart(protocol(''), validateProtocol),
  'numorstring.Port': checkPart(portSchema, validatePort),
  'v3.ICMPFields': checkPart(icmpSchema(''), (field, value: IcmpMatch) => validateIcmpMatch(value, field)),
  'v3.HTTPMatch': checkPart(httpSchema, (field, value: HttpMatch) => validateHttpMatch(value, field)),
  'v3.EntityRule': checkPart(entitySchema(''), (field, value: EntityRule) => validateEntityRule(value, field)),
  'v3.Rule': checkPart(ruleSchema, (field, value: Rule) => validateRule(value, field)),
  'v3.RuleMetadata': (value) => validateAnnotations('annotations', value.annotations),
  'v3.EndpointPort': checkPart(endpointPortSchema, (field, value: EndpointPort) => validateEndpointPort(value, field)),
  'v3.ProtoPort': checkPart({}, (field, value: FailsafePortField) => validateFailsafePort(value, field)),
  'internalapi.WorkloadEndpointPort': checkPart({}, (field, value: WorkloadEndpointPort) =>
    validateWorkloadPort(value, field),
  ),
  'internalapi.IPNAT': checkPart({}, (field, value: IpNat) => validateIpNat(value, field)),
  'internalapi.WorkloadEndpointSpec': checkPart({}, (field, value: WorkloadEndpointSpec) =>
    validateWorkloadEndpointSpec(value, field),
  ),
};

// The cast is that of a decode edge: the schema has been checked before.
function checkPart<T>(schema: JsonSchema, check: (field: string, value: T) => readonly FieldError[]): Check {
  return (value) => {
    const errors = checkSchema(schema, value, '');
    return errors.some(isShapeError) ? errors : [...errors, ...check('', value as T)];
  };
}

describe('conformance: what the established implementation accepts and refuses', { skip: !existsSync(file) }, () => {
  const byType = Map.groupBy(existsSync(file) ? readCases() : [], ({ type }) => type);
  for (const [type, cases] of byType) {
    const check = checks[type] ?? subStructures[type] ?? policyChecks[type] ?? checkKind(type);
    test(`${type}: ${cases.length} cases -> decided alike`, { skip: check === undefined }, () => {
      const wrong = cases
        .filter(({ description }) => differences[description] === undefined)
        .map(({ description, value, valid, errorContains }) => ({
          description,
          valid: valid ?? errorContains === '',
          errors: check?.(value) ?? [],
        }))
        .filter(({ valid, errors }) => (errors.length === 0) !== valid)
        .map(({ description, errors }) => `${description}: ${JSON.stringify(errors)}`);
      assert.deepEqual(wrong, []);
    });
  }
});
