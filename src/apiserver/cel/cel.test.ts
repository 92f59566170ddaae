import assert from 'node:assert/strict';
import { test } from 'node:test';
import { baseEnvironment } from './base-environment.ts';
import { compileRules, type RuleProblem } from './compile-rules.ts';
import { evaluateRules } from './evaluate-rules.ts';
import { celFieldName } from './value-shape.ts';

const environment = baseEnvironment().clone();

const expressions: readonly [expression: string, result: unknown][] = [
  ["isIP('10.0.0.1')", true],
  ["isIP('10.0.0.256')", false],
  ["isIP('010.0.0.1')", false],
  ["ip('fd00::1').family()", 6n],
  ["string(ip('fd00:0::1'))", 'fd00::1'],
  ["ip.isCanonical('fd00:0::1')", false],
  ["ip('127.0.0.1').isLoopback() && ip('0.0.0.0').isUnspecified()", true],
  ["ip('169.254.1.1').isLinkLocalUnicast() && ip('224.0.0.5').isLinkLocalMulticast()", true],
  ["ip('10.0.0.1').isGlobalUnicast() && !ip('255.255.255.255').isGlobalUnicast()", true],
  ["isCIDR('10.0.0.1/8') && !isCIDR('10.0.0.1') && !isCIDR('10.0.0.0/33')", true],
  ["cidr('192.168.0.0/24').containsIP('192.168.0.9') && !cidr('192.168.0.0/24').containsIP(ip('192.168.1.9'))", true],
  ["cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16') && !cidr('10.1.0.0/16').containsCIDR(cidr('10.0.0.0/8'))", true],
  ["string(cidr('10.9.9.9/8').masked())", '10.0.0.0/8'],
  ["cidr('10.9.9.9/8').prefixLength()", 8n],
  ['[1, 2, 2].isSorted() && ![2, 1].isSorted()', true],
  ['[1, 5, 3].max() + [4, 2].min() + [1, 1].sum()', 9n],
  ["['a', 'b', 'a'].indexOf('a') + ['a', 'b', 'a'].lastIndexOf('a')", 2n],
  ["sets.contains([1, 2], [2]) && sets.equivalent(['a'], ['a', 'a']) && !sets.intersects([1], [2])", true],
  ["'abc 123 45'.find('[0-9]+')", '123'],
  ["'abc 123 45'.findAll('[0-9]+').size()", 2n],
  ["'aXbXc'.replace('X', '-', 1)", 'a-bXc'],
  ["'AbC'.lowerAscii() + 'x'.charAt(0)", 'abcx'],
  ["quantity('1500m').compareTo(quantity('1.5'))", 0n],
  ["quantity('1Gi').isGreaterThan(quantity('1G')) && !isQuantity('1GiB')", true],
  ["quantity('2k').asInteger()", 2000n],
  ["url('https://[::1]:8080/a?b=c').getHostname()", '::1'],
  ["isURL('/path') && !isURL('name')", true],
];
for (const [expression, result] of expressions) {
  test(`CEL: ${expression} -> ${String(result)}`, () => assert.deepEqual(environment.evaluate(expression), result));
}

const rule = (text: string, more: object = {}) => ({ 'x-kubernetes-validations': [{ rule: text, ...more }] });
const specOf = (properties: object, more: object = {}) => ({
  type: 'object',
  properties: { spec: { type: 'object', properties, ...more } },
});
const integer = { type: 'integer' };
const texts = { type: 'array', items: { type: 'string' } };

interface Row {
  readonly name: string;
  readonly schema: object;
  readonly object: object;
  readonly old?: object;
  /** `FIELD: MESSAGE` of every cause. */
  readonly causes: readonly string[];
}
const rows: readonly Row[] = [
  {
    name: 'rule over two fields holds',
    schema: specOf({ min: integer, max: integer }, rule('self.min <= self.max')),
    object: { spec: { min: 1, max: 2 } },
    causes: [],
  },
  {
    name: 'rule over two fields does not hold -> message',
    schema: specOf({ min: integer, max: integer }, rule('self.min <= self.max', { message: 'min must be least' })),
    object: { spec: { min: 3, max: 2 } },
    causes: ['spec: Invalid value: "object": min must be least'],
  },
  {
    name: 'no message -> the rule',
    schema: specOf({ n: { ...integer, ...rule('self > 2') } }),
    object: { spec: { n: 1 } },
    causes: ['spec.n: Invalid value: 1: failed rule: self > 2'],
  },
  {
    name: 'messageExpression wins over message, fieldPath and reason are taken',
    schema: specOf(
      { n: integer },
      rule('self.n > 2', {
        message: 'x',
        messageExpression: '"got " + string(self.n)',
        fieldPath: '.n',
        reason: 'FieldValueForbidden',
      }),
    ),
    object: { spec: { n: 1 } },
    causes: ['spec.n: Forbidden: got 1'],
  },
  {
    name: 'missing field without has -> refused with the reason',
    schema: specOf({ n: integer, m: integer }, rule('self.n > 2', { message: 'n' })),
    object: { spec: { m: 1 } },
    causes: ['spec: Invalid value: "object": No such key: n evaluating rule: n'],
  },
  {
    name: 'has: absent and null are not there',
    schema: specOf({ n: { ...integer, nullable: true } }, rule('!has(self.n)')),
    object: { spec: { n: null } },
    causes: [],
  },
  {
    name: 'transition rule on create -> skipped',
    schema: specOf({ n: { ...integer, ...rule('self == oldSelf') } }),
    object: { spec: { n: 1 } },
    causes: [],
  },
  {
    name: 'transition rule on change -> refused',
    schema: specOf({ n: { ...integer, ...rule('self == oldSelf', { message: 'immutable' }) } }),
    object: { spec: { n: 1 } },
    old: { spec: { n: 2 } },
    causes: ['spec.n: Invalid value: 1: immutable'],
  },
  {
    name: 'whole objects compare',
    schema: specOf({ o: { type: 'object', properties: { a: integer, b: texts }, ...rule('self == oldSelf') } }),
    object: { spec: { o: { a: 1, b: ['x'] } } },
    old: { spec: { o: { b: ['x'], a: 1 } } },
    causes: [],
  },
  {
    name: 'optionalOldSelf -> also on create',
    schema: specOf({
      n: {
        ...integer,
        ...rule('oldSelf.hasValue() || self == 1', { optionalOldSelf: true, message: 'first must be 1' }),
      },
    }),
    object: { spec: { n: 5 } },
    causes: ['spec.n: Invalid value: 5: first must be 1'],
  },
  {
    name: 'items of a map list pair by key, others have no old value',
    schema: specOf({
      ports: {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
        items: {
          type: 'object',
          properties: {
            name: { type: 'string' },
            n: { ...integer, ...rule('self >= oldSelf', { message: 'only up' }) },
          },
        },
      },
    }),
    object: {
      spec: {
        ports: [
          { name: 'b', n: 1 },
          { name: 'a', n: 1 },
        ],
      },
    },
    old: { spec: { ports: [{ name: 'a', n: 2 }] } },
    causes: ['spec.ports[1].n: Invalid value: 1: only up'],
  },
  {
    name: 'lists of objects, macros, nested fields',
    schema: specOf({
      rules: {
        type: 'array',
        items: { type: 'object', properties: { action: { type: 'string' }, ports: { type: 'array', items: integer } } },
        ...rule("self.all(r, r.action in ['Allow', 'Deny'] && (!has(r.ports) || r.ports.all(p, p < 65536)))", {
          message: 'bad',
        }),
      },
    }),
    object: { spec: { rules: [{ action: 'Allow' }, { action: 'Deny', ports: [1, 70000] }] } },
    causes: ['spec.rules: Invalid value: "array": bad'],
  },
  {
    name: 'maps: keys, values and rules below',
    schema: specOf({
      m: {
        type: 'object',
        additionalProperties: { ...integer, ...rule('self > 0') },
        ...rule("self.all(k, k.startsWith('a')) && 'a/x' in self && self['a/x'] == 0"),
      },
    }),
    object: { spec: { m: { 'a/x': 0 } } },
    causes: ['spec.m[a/x]: Invalid value: 0: failed rule: self > 0'],
  },
  {
    name: 'int-or-string and numbers',
    schema: specOf(
      { port: { 'x-kubernetes-int-or-string': true }, ratio: { type: 'number' } },
      rule("(type(self.port) == int ? self.port == 80 : self.port == 'http') && self.ratio < 1.5"),
    ),
    object: { spec: { port: 80, ratio: 1 } },
    causes: [],
  },
  {
    name: 'names that are no identifiers are escaped',
    schema: specOf({ 'a-b': integer, namespace: integer }, rule('self.a__dash__b == self.__namespace__')),
    object: { spec: { 'a-b': 1, namespace: 1 } },
    causes: [],
  },
  {
    name: 'root: name of the object',
    schema: { ...specOf({ n: integer }), ...rule("self.metadata.name == 'default'", { message: 'only default' }) },
    object: { metadata: { name: 'other', labels: {} }, spec: { n: 1 } },
    causes: [': Invalid value: "object": only default'],
  },
  {
    name: 'times and durations',
    schema: specOf(
      { at: { type: 'string', format: 'date-time' }, every: { type: 'string', format: 'duration' } },
      rule("self.at > timestamp('2020-01-01T00:00:00Z') && self.every >= duration('1m')"),
    ),
    object: { spec: { at: '2021-01-01T00:00:00Z', every: '90s' } },
    causes: [],
  },
];
for (const row of rows) {
  test(`rules: ${row.name}`, () => {
    assert.deepEqual(compileProblems(row.schema), []);
    const causes = evaluateRules(row.schema, row.object, row.old);
    assert.deepEqual(
      causes.map(({ field, message }) => `${field}: ${message}`),
      row.causes,
    );
  });
}

function compileProblems(schema: object): string[] {
  const problems: RuleProblem[] = [];
  compileRules(schema, problems);
  return problems.map(({ field, why }) => `${field}: ${why}`);
}

const uncompilable: readonly [name: string, schema: object, problem: RegExp][] = [
  [
    'field that is not in the schema',
    specOf({ n: integer }, rule('self.m > 1')),
    /properties\[spec\]\.x-kubernetes-validations\[0\]\.rule: compilation failed: .*m/,
  ],
  ['syntax', specOf({ n: integer }, rule('self.n >')), /compilation failed/],
  ['types', specOf({ n: integer }, rule("self.n == 'x'")), /compilation failed: .*overload/],
  ['result is no bool', specOf({ n: integer }, rule('self.n')), /must evaluate to bool, not int/],
  ['unknown function', specOf({ n: integer }, rule('nope(self.n)')), /compilation failed/],
  [
    'messageExpression is no text',
    specOf({ n: integer }, rule('true', { messageExpression: 'self.n' })),
    /messageExpression: .*string/,
  ],
];
for (const [name, schema, problem] of uncompilable) {
  test(`rules: cannot be compiled, ${name} -> problem`, () => {
    const problems = compileProblems(schema);
    assert.equal(problems.length, 1);
    assert.match(problems[0] ?? '', problem);
  });
}

test('rules: one that runs away -> refused within a second', () => {
  const started = performance.now();
  for (const [type, text, value] of [
    ['string', "self.matches('^(a+)+$')", `${'a'.repeat(60)}b`],
    ['array', 'self.all(a, self.all(b, self.all(c, self.all(d, a + b + c + d > 0))))', Array(500).fill(1)],
  ] as const) {
    const schema = specOf({ v: { type, ...(type === 'array' && { items: integer }), ...rule(text) } });
    const [cause] = evaluateRules(schema, { spec: { v: value } });
    assert.match(cause?.message ?? '', /longer than/);
  }
  assert.ok(performance.now() - started < 1900);
});

test('field names: prototype names are fields like others', () => {
  const schema = specOf({ constructor: integer }, rule('!has(self.constructor)'));
  assert.deepEqual(evaluateRules(schema, { spec: {} }), []);
  assert.deepEqual(['a.b', 'a__b', 'in', '0a'].map(celFieldName), [
    'a__dot__b',
    'a__underscores__b',
    '__in__',
    undefined,
  ]);
});
