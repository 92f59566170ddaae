import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { calicoCrds } from '../../api/crds.ts';
import { integer, list, object, text } from '../../api/json-schema.ts';
import { costLimits, estimateRules } from '../testing/rule-cost.ts';

describe('definitions of projectcalico.org: what their rules cost by the estimate of kube-apiserver', () => {
  for (const { spec } of calicoCrds()) {
    const costs = estimateRules(spec.versions[0]?.schema.openAPIV3Schema ?? {}, spec.names.kind);
    test(`${spec.names.kind}: each rule and all together -> below the limits`, () => {
      assert.deepEqual(
        costs.filter(({ cost }) => cost > costLimits.rule),
        [],
      );
      assert.ok(costs.reduce((sum, { cost }) => sum + cost, 0) < costLimits.definition);
    });
  }

  const rule = (text: string) => ({ 'x-kubernetes-validations': [{ rule: text, message: 'no' }] });
  const items = (maxItems: number | undefined, more: object) =>
    object({ a: list(object({ b: text(), c: integer() }, more), maxItems === undefined ? {} : { maxItems }) });
  const tooCostly = [
    ['a rule in a list without end', items(undefined, rule('self.c == 1 || has(self.b)'))],
    ['a text without end in a list', items(100, rule("self.b.contains('global(')"))],
    ['a loop over a list without end', object({ a: list(list(integer())) }, rule('self.a.all(x, x.all(y, y > 0))'))],
  ] as const;
  for (const [what, schema] of tooCostly) {
    test(`${what}: -> above the limit`, () => {
      assert.ok(estimateRules(schema, '').some(({ cost }) => cost > costLimits.rule));
    });
  }
  test('a bounded list: -> below the limit', () => {
    assert.ok(estimateRules(items(1000, rule('self.c == 1')), '').every(({ cost }) => cost < costLimits.rule / 100));
  });
});
