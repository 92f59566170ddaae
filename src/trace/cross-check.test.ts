import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { apiVersionOf } from '../api/meta.ts';
import { oracleOf } from '../policy/oracle/evaluate.ts';
import { arbitraryResources } from '../policy/testing/arbitrary-resources.ts';
import { withResources } from './apply-resources.ts';
import { traceConnection } from './connection.ts';
import { crossCheck } from './cross-check.ts';
import { firstPacket } from './first-packet.ts';
import { pairOf, partiesOf } from './party.ts';
import { policyFields, policyKinds } from './policy-kinds.ts';
import { portsOfInterest } from './port-of-interest.ts';
import { findRemedy } from './remedy.ts';
import { traceContext } from './trace-context.ts';

const clusters = arbitraryResources({ pods: 4, policies: 3, hostEndpoints: true });
/** Chooses a source, a destination and a port. */
const choices = fc.tuple(fc.nat(), fc.nat(), fc.nat());

const traces = fc.tuple(clusters, fc.array(choices, { minLength: 4, maxLength: 4 })).map(([resources, chosen]) => {
  const context = traceContext(resources, []);
  const parties = partiesOf(resources, () => true);
  const ports = portsOfInterest(resources);
  return {
    resources,
    context,
    traces: chosen.flatMap(([from, to, number]) => {
      const [source, destination] = [parties[from % parties.length], parties[to % parties.length]];
      const port = ports[number % ports.length];
      const pair = source && destination && pairOf(source, destination);
      if (pair === undefined || port === undefined) return [];
      return [traceConnection(context, ...pair, firstPacket(...pair, port.protocol, port.port))];
    }),
  };
});

describe('traces of random clusters', () => {
  test('cross-check: the compiled rules say what the resources say', () => {
    const property = fc.property(traces, ({ resources, traces: all }) => {
      for (const trace of all) assert.deepEqual(crossCheck(resources, trace), []);
    });
    fc.assert(property, { seed: 5, numRuns: 40 });
  });

  test('remedy: applied -> the packet passes the place that denied it; most denials have one', () => {
    let [denied, mended] = [0, 0];
    const property = fc.property(traces, ({ resources, traces: all }) => {
      for (const trace of all) {
        for (const checkpoint of trace.checkpoints.filter(({ verdict }) => !verdict.allowed)) {
          denied++;
          const remedy = findRemedy(resources, trace, checkpoint);
          if (remedy === undefined) continue;
          mended++;
          const { kind, apiVersion } = remedy.resource;
          const field = policyFields.find(
            (name) => policyKinds[name].kind === kind && apiVersionOf(policyKinds[name]) === apiVersion,
          );
          assert.ok(field, remedy.text);
          const changed = withResources(resources, { [field]: [remedy.resource] });
          const { endpoint, direction, phase } = checkpoint;
          const verdict = oracleOf(changed).evaluate(endpoint, direction, trace.packet, phase);
          assert.equal(verdict.allowed, true, remedy.text);
        }
      }
    });
    fc.assert(property, { seed: 6, numRuns: 60 });
    assert.ok(denied > 20, `${denied} denials`);
    assert.ok(mended > denied / 2, `${mended} of ${denied} denials have a remedy`);
  });
});
