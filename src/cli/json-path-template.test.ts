import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hasCode } from '../base/errors.ts';
import { compileJsonPathTemplate } from './json-path-template.ts';

const list = {
  kind: 'List',
  items: [
    { metadata: { name: 'a', labels: { 'k8s.io/app': 'web' } }, status: { ips: ['1', '2'], ready: true } },
    { metadata: { name: 'b' }, status: { ips: [] } },
  ],
};

describe('compileJsonPathTemplate', () => {
  const table: readonly [template: string, output: string][] = [
    ['{.items[*].metadata.name}', 'a b'],
    ['.items[0].metadata.name', 'a'],
    ['{.kind}{"\\n"}{.items[-1].metadata.name}', 'List\nb'],
    ['{range .items[*]}{.metadata.name}{"\\t"}{.status.ips[0]}{"\\n"}{end}', 'a\t1\nb\t\n'],
    ['{range .items[*]}{@.metadata.name}{$.kind}{end}', 'aListbList'],
    ['{range .items[*]}{range .status.ips[*]}<{@}>{end};{end}', '<1><2>;;'],
    ['{.items[?(@.status.ready==true)].metadata.name}', 'a'],
    ['{.items[?(@.metadata.name=="b")].metadata.name}', 'b'],
    ["{.items[?(@.metadata.name != 'b')].metadata.name}", 'a'],
    ["{.items[0].metadata.labels['k8s\\.io/app']}", 'web'],
    ['{.items[0].metadata.labels.k8s\\.io/app}', 'web'],
    ['{..name}', 'a b'],
    ['{.items[0].status.ips}', '["1","2"]'],
    ["{.items[0]['metadata','status'].name}", 'a'],
    ['{.items[0,1].metadata.name}', 'a b'],
    ['{.items[0:1].metadata.name}', 'a'],
    ['{.items[*].metadata.name} text {.none}', 'a b text '],
  ];
  for (const [template, output] of table) {
    test(`${template}: -> ${JSON.stringify(output)}`, () => {
      assert.equal(compileJsonPathTemplate(template)(list), output);
    });
  }

  for (const template of ['{.a', '.a}{', '{range .items[*]}x', '{end}', '{.a[}', '{.a[?(@.b==c)]}']) {
    test(`${template}: -> refused`, () => {
      assert.throws(
        () => compileJsonPathTemplate(template),
        (error) => hasCode(error, 'JSON_PATH'),
      );
    });
  }
});
