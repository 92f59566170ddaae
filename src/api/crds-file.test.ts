import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { stringify } from 'yaml';
import { calicoCrds } from './crds.ts';

const file = new URL('../../deploy/crds.yaml', import.meta.url);
const update = 'UPDATE_GOLDEN=1 scripts/node26 --test src/api/crds-file.test.ts';
const header = `# Definitions of projectcalico.org/v3 for any Kubernetes cluster. Written by: ${update}\n`;

test('deploy/crds.yaml: -> says what calicoCrds() says', () => {
  const documents = calicoCrds().map((crd) => stringify(crd, { aliasDuplicateObjects: false, lineWidth: 120 }));
  const text = header + documents.map((document) => `---\n${document}`).join('');
  if (process.env.UPDATE_GOLDEN === '1') {
    mkdirSync(new URL('.', file), { recursive: true });
    writeFileSync(file, text);
  }
  assert.equal(readFileSync(file, 'utf8'), text, `stale; rewrite it with: ${update}`);
});

test('definitions: client-side apply -> each fits into an annotation', () => {
  for (const crd of calicoCrds()) {
    assert.ok(JSON.stringify(crd).length < 256 * 1024 - 1024, crd.metadata.name);
  }
});
