import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatTable } from './table.ts';

test('formatTable: kubectl -> six wide, last column bare; calicoctl -> five wide, padded, empty line', () => {
  const rows = [
    ['A', 'NAME'],
    ['x', 'a-long-name'],
  ];
  assert.equal(formatTable(rows, 'kubectl'), 'A     NAME\nx     a-long-name\n');
  assert.equal(formatTable(rows, 'calicoctl'), 'A    NAME          \nx    a-long-name   \n\n');
  assert.equal(formatTable([['x', 'y']], 'kubectl', [9, 9]), 'x        y\n');
});
