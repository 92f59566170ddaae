import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hasCode } from '../../base/errors.ts';
import { compileTemplate } from './execute-template.ts';
import { formatGoFloat } from './format-go.ts';

const data = {
  kind: 'List',
  items: [
    { metadata: { name: 'a', labels: { app: 'web' } }, spec: { cidr: '10.0.0.0/8', n: 1, nets: ['x', 'y'] } },
    { metadata: { name: 'b' }, spec: { n: 20, text: 'aGk=' } },
  ],
};

describe('compileTemplate', () => {
  const table: readonly [template: string, output: string][] = [
    ['plain', 'plain'],
    ['{{range .items}}{{.metadata.name}} {{end}}', 'a b '],
    ['{{range .items}}{{.metadata.name}}{{"\\n"}}{{end}}', 'a\nb\n'],
    ['{{range .}}{{.ObjectMeta.Name}}={{.Spec.CIDR}};{{end}}', 'a=10.0.0.0/8;b=<no value>;'],
    ['{{range .}}{{range .Items}}{{.Name}}={{.Spec.CIDR}};{{end}}{{end}}', 'a=10.0.0.0/8;b=<no value>;'],
    ['{{range .}}{{join .Labels ","}}{{joinAndTruncate .Spec.Nets "," 0}};{{end}}', 'app=webx,y;;'],
    ['{{joinAndTruncate .kind "" 4}}{{joinAndTruncate .items "" 5}}{{config "asnumber"}}', 'Listma...64512'],
    ['{{range $i, $x := .items}}{{$i}}{{$x.metadata.name}}{{end}}', '0a1b'],
    ['{{range $x := .items}}{{$.kind}}{{$x.spec.n}}{{end}}', 'List1List20'],
    ['{{range .none}}x{{else}}empty{{end}}', 'empty'],
    ['{{range $k, $v := (index .items 0).metadata.labels}}{{$k}}:{{$v}}{{end}}', 'app:web'],
    ['{{with .kind}}[{{.}}]{{end}}{{with .none}}x{{else}}-{{end}}', '[List]-'],
    ['{{if .none}}1{{else if eq .kind "List"}}2{{else}}3{{end}}', '2'],
    ['{{if and .kind (not .none)}}y{{end}}{{if or .none .kind}}z{{end}}', 'yz'],
    ['{{len .items}} {{index .items 1 "metadata" "name"}}', '2 b'],
    ['{{(index .items 1).spec.text | base64decode | printf "%s!"}}', 'hi!'],
    ['{{printf "%-5s|%5d|%q|%%|%.2f" "ab" 7 "c" 1.5}}', 'ab   |    7|"c"|%|1.50'],
    ['{{join (index .items 0).spec.nets ","}}', 'x,y'],
    ['a  {{- "b" -}}  c', 'abc'],
    ['a{{/* nothing */}}b{{- /* nothing */ -}} c', 'abc'],
    ['{{$x := 1}}{{if true}}{{$x = 2}}{{end}}{{$x}}', '2'],
    ['{{lt 1 2}} {{ge 2 2}} {{gt "a" "b"}} {{ne 1 2}} {{eq 3 1 2 3}}', 'true true false true true'],
    ['{{range .items}}{{if eq .spec.n 20}}{{continue}}{{end}}{{.metadata.name}}{{end}}', 'a'],
    ['{{range .items}}{{.metadata.name}}{{break}}{{end}}', 'a'],
    ['{{print "a" 1}}{{println "b"}}', 'a1b\n'],
    ['{{`raw "text"`}}', 'raw "text"'],
    ['{{(index .items 0).spec.nets}}{{(index .items 0).metadata.labels}}', '[x y]map[app:web]'],
    ['{{-  .kind  -}}  x', 'Listx'],
    ['{{ -1 }}', '-1'],
  ];
  for (const [template, output] of table) {
    test(`${template}: -> ${JSON.stringify(output)}`, () =>
      assert.equal(compileTemplate(template, { config: () => 64512 })(data), output));
  }

  const broken: readonly [template: string, message: RegExp][] = [
    ['{{.a', /the end found at character 5, "}}" needed/],
    ['{{if .a}}x', /the end found, {{end}} of "if" needed/],
    ['{{end}}', /"end" at character 3 found, an "if", "range" or "with" before it needed/],
    ['{{nonsense .}}', /function "nonsense" not defined/],
    ['{{define "x"}}{{end}}', /"define" at character 3 found/],
    ['{{$x}}', /undefined variable "\$x"/],
    ['{{index .items 7}}', /index 7 found, 0 to 1 needed/],
    ['{{.kind.a}}', /"\.a" of List found, a map needed/],
    ['{{.none | base64decode}}', /<no value> found, base64 to decode needed/],
    ['{{range .kind}}{{end}}', /List found, a list or map to range over needed/],
    ['{{}}', /^$/],
  ];
  test('one named resource: ranged over as calicoctl gives it -> itself', () => {
    const [resource] = data.items;
    const text = compileTemplate('{{range .}}{{.Spec.CIDR}}{{end}}')({ kind: 'IPPool', ...resource });
    assert.equal(text, '10.0.0.0/8');
  });

  for (const [template, message] of broken.slice(0, -1)) {
    test(`${template}: -> refused`, () => {
      assert.throws(
        () => compileTemplate(template)(data),
        (error: Error) => hasCode(error, 'GO_TEMPLATE') && message.test(error.message),
      );
    });
  }
});

describe('formatGoFloat', () => {
  const table: readonly [value: number, text: string][] = [
    [100, '100'],
    [100_000, '100000'],
    [1_000_000, '1e+06'],
    [1.5, '1.5'],
    [0.00001, '1e-05'],
    [123_456_789, '1.23456789e+08'],
  ];
  for (const [value, text] of table) test(`${value}: -> ${text}`, () => assert.equal(formatGoFloat(value), text));
});
