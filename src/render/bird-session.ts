import { objectText } from '../base/object-text.ts';
import { address, number, quoted, symbol, word } from '../bird/expressions.ts';
import type { BirdBlock, BirdItem, BirdPart, BirdWord } from '../bird/model.ts';
import { option } from '../bird/option.ts';
import type { BirdExpression, BirdStatement } from '../bird/statement.ts';
import { accept, call, reject, remark } from '../bird/statements.ts';
import type { BfdTimers, BgpFilterState, BgpSession, BgpState } from '../routing/bgp-state.ts';
import { filterApplies, filterFunctionName } from './bird-filters.ts';
import { passwordProblem } from './bird-password.ts';

/** One session. Without a password that can be used it is left out: never is a session opened with less protection than was asked for. */
export function sessionPart(session: BgpSession, state: BgpState, passwords: ReadonlyMap<string, string>): BirdPart {
  const origin = objectText(session.origin);
  const problem = passwordProblem(session, passwords);
  if (problem !== undefined)
    return { comment: [`Session ${session.name} of ${origin} is left out: ${problem}`], origin, items: [] };
  const protocol: BirdBlock = {
    kind: 'block',
    head: ['protocol bgp', symbol(session.name)],
    items: [
      ...addresses(session, state),
      ...distance(session),
      ...secret(session, passwords),
      ...reflector(session, state),
      ...timers(session),
      channel(session, state),
    ],
  };
  return { comment: [`${describe(session)}, from ${origin}`], origin, items: [protocol] };
}

function describe(session: BgpSession): string {
  const kind = session.localAs === session.peerAs ? 'iBGP' : 'eBGP';
  return `${kind} session (${session.type}${session.outside ? ', outside the cluster' : ''})`;
}

function addresses(session: BgpSession, state: BgpState): readonly BirdItem[] {
  const source: readonly BirdWord[] = session.source === undefined ? [] : [address(session.source)];
  const peerPort: readonly BirdWord[] = session.peerPort === undefined ? [] : ['port', number(session.peerPort)];
  return [
    option('local', ...source, 'port', number(state.listenPort), 'as', number(session.localAs)),
    option('neighbor', address(session.peer), ...peerPort, 'as', number(session.peerAs)),
    // Binds to the session's own address; without one there is nothing to bind to.
    ...(state.listenOn === 'node' && session.source !== undefined ? [option('strict bind', word('on'))] : []),
    ...(session.passive ? [{ ...option('passive', word('on')), comment: 'the peer connects' }] : []),
    ...(session.allowedLocalAs === undefined ? [] : [option('allow local as', number(session.allowedLocalAs))]),
  ];
}

function distance({ distance: far, ttlSecurityHops: hops }: BgpSession): readonly BirdItem[] {
  if (hops !== undefined) {
    const reach = far === 'direct' ? option('direct') : option('multihop', number(hops));
    return [reach, { ...option('ttl security', word('on')), comment: 'RFC 5082' }];
  }
  return [option(far)];
}

function secret({ password }: BgpSession, passwords: ReadonlyMap<string, string>): readonly BirdItem[] {
  const text = password === undefined ? undefined : passwords.get(password.key);
  if (password === undefined || text === undefined) return [];
  return [{ ...option('password', quoted(text)), comment: `Secret ${password.key}` }];
}

/** A reflector has clients inside its AS only; BIRD refuses a file that says otherwise. @see RFC 4456 */
function reflector(session: BgpSession, { clusterId }: BgpState): readonly BirdItem[] {
  if (!session.reflectorClient || session.localAs !== session.peerAs) return [];
  const cluster = clusterId === undefined ? [] : [option('rr cluster id', address(clusterId))];
  return [option('rr client'), ...cluster];
}

function timers({ restartSeconds, keepaliveSeconds, bfd }: BgpSession): readonly BirdItem[] {
  const keepalive = keepaliveSeconds === undefined ? undefined : Math.min(Math.max(1, keepaliveSeconds), 21845);
  return [
    option('connect delay time', number(1)),
    option('connect retry time', number(5)),
    option('error wait time', [number(5), number(30)]),
    // RFC 4271 section 10: the hold time is three keepalives.
    ...(keepalive === undefined
      ? []
      : [option('hold time', number(3 * keepalive)), option('keepalive time', number(keepalive))]),
    option('graceful restart', word('on')),
    ...(restartSeconds === undefined ? [] : [option('graceful restart time', number(Math.min(restartSeconds, 4095)))]),
    option('long lived graceful restart', word('off')),
    // Not `bfd graceful`: whoever asks for BFD wants a dead peer's routes gone at once.
    ...(bfd === undefined ? [] : [bfdBlock(['bfd'], bfd)]),
  ];
}

/** Times of failure detection, of a session or of the BFD protocol. @see RFC 5880 */
export function bfdBlock(head: readonly BirdWord[], timers: BfdTimers): BirdBlock {
  return {
    kind: 'block',
    head,
    items: [
      option('min rx interval', number(timers.minimumReceiveMs), 'ms'),
      option('min tx interval', number(timers.minimumTransmitMs), 'ms'),
      option('multiplier', number(timers.multiplier)),
    ],
  };
}

function channel(session: BgpSession, state: BgpState): BirdBlock {
  const nextHop = session.nextHop === 'auto' ? [] : [option(`next hop ${session.nextHop}`)];
  return {
    kind: 'block',
    head: [`ipv${session.family}`],
    items: [
      { kind: 'filter', role: 'import filter', body: importBody(session, state) },
      { kind: 'filter', role: 'export filter', body: exportBody(session, state) },
      { ...option('import keep filtered', word('on')), comment: 'refused routes can be shown' },
      { ...option('import table', word('on')), comment: 'another import filter never restarts a session' },
      option('add paths', word('on')),
      option('gateway recursive'),
      ...nextHop,
    ],
  };
}

function importBody(session: BgpSession, state: BgpState): readonly BirdStatement[] {
  const { family } = session;
  const filters = filterCalls(session, state, 'import');
  return [
    // A BGPFilter must not accept them; the rules for outside routers have them, too.
    ...(session.outside && filters.length === 0 ? [] : [call(`refuse_own${family}`)]),
    // Between ASes there is no local preference, see RFC 4271 section 5.1.5: all have the normal priority.
    ...(session.localAs === session.peerAs ? [call(`priority_from_peer${family}`)] : []),
    ...filters,
    ...(session.outside ? [call(`refuse_foreign${family}`, sameAs(session))] : []),
    accept,
  ];
}

function exportBody(session: BgpSession, state: BgpState): readonly BirdStatement[] {
  const { family } = session;
  return [call(`priority_to_peer${family}`), ...filterCalls(session, state, 'export'), call(`export${family}`), reject];
}

function sameAs({ localAs, peerAs }: BgpSession): BirdExpression {
  return word(localAs === peerAs ? 'true' : 'false');
}

/** A filter that nobody described is as one that is missing. */
function filterCalls(session: BgpSession, state: BgpState, direction: 'import' | 'export'): readonly BirdStatement[] {
  return session.filters.flatMap((name): readonly BirdStatement[] => {
    const filter: BgpFilterState | undefined = state.filters.find((one) => one.name === name);
    const origin = `BGPFilter "${name}"`;
    if (filter === undefined) return [remark(`${origin} is missing.`), reject];
    if (!filterApplies(filter, session.family, direction)) return [];
    return [{ ...call(filterFunctionName(name, session.family, direction), sameAs(session)), origin }];
  });
}
