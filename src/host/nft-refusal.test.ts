import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusedText } from './nft-refusal.ts';

const weft = { family: 'inet', name: 'weft' } as const;
const text = `add table inet weft
add rule inet weft cali-pi-x/0 tcp dport nonsense counter drop comment "default/x rule 0 #0123456789"
table inet weft {
	map peers {
		elements = { 1 : goto gone comment "default/pod" }
	}
	chain cali-fw-a {
		counter drop comment "why #0123456789"
	}
}
`;
const at = (line: number, words = 'Error: syntax error') =>
  `Cannot run command "nft -f -": exit status 1: /dev/stdin:${line}:5-9: ${words}`;
const cases: readonly (readonly [name: string, words: string, place: RegExp])[] = [
  [
    'line of a command',
    at(2),
    /: chain "cali-pi-x\/0", rule "default\/x rule 0", refused, what was there before stays in force: /,
  ],
  ['line inside a chain', at(8), /: chain "cali-fw-a", rule "why", refused/],
  ['line inside a map', at(5), /: map "peers", refused/],
  ['line that is not there', at(99), /"inet weft": refused/],
  ['no line', 'Error: Could not process rule: Operation not permitted', /"inet weft": refused/],
];
for (const [name, words, place] of cases) {
  test(`nft refusal: ${name} -> its chain and rule, as far as known`, () => {
    const message = refusedText(weft, text, words);
    assert.match(message, place);
    assert.match(message, /Error: /);
  });
}

test('nft refusal: words of a megabyte, with marks under them -> a few short lines', () => {
  const words = `${at(5)}\n${'x'.repeat(1_000_000)}\n${' '.repeat(1000)}^^^^\n`.repeat(3);
  assert.ok(refusedText(weft, text, words).length < 3000);
  assert.doesNotMatch(refusedText(weft, text, words), /\^/);
});
