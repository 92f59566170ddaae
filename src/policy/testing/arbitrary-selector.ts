import fc from 'fast-check';
import type { LabelSelector } from '../../api/meta.ts';
import type { Labels } from '../../selector/selector.ts';
import { vocabulary } from './vocabulary.ts';

type Words = Readonly<Record<string, readonly string[]>>;

/** Labels: each of the words may be absent. */
export function arbitraryLabels(words: Words): fc.Arbitrary<Labels> {
  const values = Object.entries(words).map(([key, texts]) => [key, fc.constantFrom(...texts)] as const);
  return fc.record(Object.fromEntries(values), { requiredKeys: [] }).map((labels) => labels as Labels);
}

/** A selector of Calico over these words; simple ones more often. */
export function arbitrarySelector(words: Words = vocabulary.labels): fc.Arbitrary<string> {
  const label = fc.constantFrom(...Object.entries(words));
  const simple = fc.tuple(label, fc.nat(5)).map(([[key, values], form]) => {
    const value = `'${values[form % values.length]}'`;
    const texts = values.map((text) => `'${text}'`).join(', ');
    return (
      [
        `${key} == ${value}`,
        `${key} != ${value}`,
        `has(${key})`,
        `!has(${key})`,
        `${key} in {${texts}}`,
        `${key} not in {${value}}`,
      ][form] ?? 'all()'
    );
  });
  const joined = fc.tuple(simple, fc.constantFrom('&&', '||'), simple).map((parts) => parts.join(' '));
  const odd = fc
    .tuple(label, fc.constantFrom('contains', 'starts with', 'ends with'))
    .map(([[key, [first = '']], form]) => {
      return `${key} ${form} '${first}'`;
    });
  return fc.oneof(
    { weight: 6, arbitrary: simple },
    { weight: 2, arbitrary: joined },
    { weight: 1, arbitrary: joined.map((text) => `!(${text})`) },
    { weight: 1, arbitrary: odd },
    { weight: 1, arbitrary: fc.constant('all()') },
  );
}

/** A selector of namespaces, as rules have it. */
export const arbitraryNamespaceSelector: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: arbitrarySelector(vocabulary.ownerLabels) },
  { weight: 1, arbitrary: fc.constantFrom('all()', 'global()') },
  {
    weight: 2,
    arbitrary: fc.constantFrom(...vocabulary.namespaces).map((name) => `projectcalico.org/name == '${name}'`),
  },
);

/** A selector of Kubernetes over these words; empty, and so for everything, now and then. */
export function arbitraryLabelSelector(words: Words = vocabulary.labels): fc.Arbitrary<LabelSelector> {
  const key = fc.constantFrom(...Object.keys(words));
  const expression = fc.oneof(
    fc.record({ key, operator: fc.constantFrom('Exists' as const, 'DoesNotExist' as const) }),
    fc.constantFrom(...Object.entries(words)).chain(([one, values]) =>
      fc.record({
        key: fc.constant(one),
        operator: fc.constantFrom('In' as const, 'NotIn' as const),
        values: fc.subarray([...values], { minLength: 1 }),
      }),
    ),
  );
  return fc.record(
    { matchLabels: arbitraryLabels(words), matchExpressions: fc.array(expression, { maxLength: 2 }) },
    { requiredKeys: [] },
  );
}
