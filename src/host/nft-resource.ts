import { errorText, WeftError } from '../base/errors.ts';
import { diffTable, type ElementChange, ruleAccounts, type StructureChange, type TableChange } from '../nft/diff.ts';
import { followTable } from '../nft/follow.ts';
import { formatReplacement } from '../nft/format.ts';
import type { ListedTable } from '../nft/listed-table.ts';
import type { Table } from '../nft/model.ts';
import type { Resource } from '../reconcile/resource.ts';
import { netlinkProtocol } from './netlink-socket.ts';
import { applyNft } from './nft.ts';
import { type ChainCounters, listNftRules, readChainCounters, ruleAccount } from './nft-counters.ts';
import { changeElementsApart } from './nft-element-batch.ts';
import { readNftGeneration } from './nft-generation.ts';
import { listNftTable } from './nft-listing.ts';
import { encodePlainChange } from './nft-plain-change.ts';
import { refusedText } from './nft-refusal.ts';
import { NftWatch } from './nft-watch.ts';
import { ownNetlink } from './own-netlink.ts';

/** The table as it should be; or as the kernel has it: exactly one of ours, or what a listing says. */
export type NftTable =
  | { readonly kind: 'wanted'; readonly table: Table }
  | { readonly kind: 'applied'; readonly table: Table; readonly generation: number }
  | { readonly kind: 'found'; readonly listed: ListedTable; readonly generation: number };

/**
 * The one nftables table. Ours: the table of this family and name with all that is in it; no other table is ever touched.
 *
 * A change costs what it changes. The table that was applied is remembered together with the ruleset's generation; as
 * long as every later transaction is known to have been ours or about other tables ({@link NftWatch}), the kernel has
 * exactly that table, and the next one is compared with it. Whatever is not known leads to a listing and a comparison of
 * everything. The memory is only a cache, a restart begins without it.
 *
 * Elements alone go in over nfnetlink, and so do the chains of a pod ({@link encodePlainChange}); every other change of
 * structure is one `nft -f` transaction. Either way the elements that go with it are part of it, so that no packet ever
 * sees new rules with old members, or a chain that is not filled yet.
 */
export class NftTables {
  readonly #family: Table['family'];
  readonly #name: string;
  readonly #onTouched: () => void;
  #watch: NftWatch | undefined;
  #applied: { readonly generation: number; readonly table: Table } | undefined;
  /** Of the rules that we wrote: see {@link diffTable}. */
  #accounts = new Map<string, readonly string[]>();
  /** The last comparison: a pass asks twice, first whether anything differs and then what. */
  #compared: { readonly from: NftTable; readonly to: NftTable; readonly change: TableChange } | undefined;
  #writing = false;

  /** @param onTouched somebody else may have changed something in the table; called once anything was listed */
  constructor(family: Table['family'], name: string, onTouched: () => void = () => {}) {
    this.#family = family;
    this.#name = name;
    this.#onTouched = onTouched;
  }

  /** The values for the step of this resource. */
  desired(table: Table): readonly NftTable[] {
    return [{ kind: 'wanted', table }];
  }

  resource(): Resource<NftTable> {
    return {
      name: 'nft',
      key: (value) => {
        const { family, name } = value.kind === 'found' ? value.listed : value.table;
        return `${family} ${name}`;
      },
      equal: (actual, desired) => this.#change(actual, desired).kind === 'none',
      list: async () => this.#list(),
      apply: async ({ create, update, remove }) => {
        for (const { table } of create.filter((value) => value.kind === 'wanted')) {
          const text = formatReplacement(table);
          await this.#write({ kind: 'structure', text, reasons: [], written: 'all' }, table, readNftGeneration());
        }
        for (const { from, to } of update) await this.#update(from, to);
        if (remove.length > 0) await applyNft(`delete table ${this.#family} ${this.#name}\n`);
        return new Map();
      },
    };
  }

  /** What the first counting rule of each chain has counted. Empty without a table. @throws WeftError NETLINK_<ERRNO> */
  readCounters(): ReadonlyMap<string, ChainCounters> {
    return readChainCounters(this.#table);
  }

  /** Ends the listening. The kernel keeps the table. Idempotent. */
  close(): void {
    this.#watch?.close();
    this.#watch = undefined;
  }

  get #table(): { readonly family: Table['family']; readonly name: string } {
    return { family: this.#family, name: this.#name };
  }

  /** Our own transactions are no news; nor is what comes during one, as a pass looks again after it has written. */
  #touched(generation: number | undefined): void {
    const known = generation !== undefined && this.#applied !== undefined && generation <= this.#applied.generation;
    if (!this.#writing && !known) this.#onTouched();
  }

  #change(from: NftTable, to: NftTable): TableChange {
    if (this.#compared?.from === from && this.#compared.to === to) return this.#compared.change;
    if (to.kind !== 'wanted' || from.kind === 'wanted') {
      throw new WeftError('HOST_NFT', 'Cannot compare tables: a found and a wanted one needed');
    }
    const change =
      from.kind === 'applied' ? followTable(from.table, to.table) : diffTable(to.table, from.listed, this.#accounts);
    // What was listed is what is wanted, or what was applied says the same in other words: that is known from now on.
    if (change.kind === 'none') this.#learn(from, to.table);
    // A listing can be large: it is kept no longer than it is needed.
    this.#compared = change.kind === 'none' ? undefined : { from, to, change };
    return change;
  }

  #learn(from: Exclude<NftTable, { kind: 'wanted' }>, table: Table): void {
    if (from.kind === 'found') this.#accounts = new Map(ruleAccounts(from.listed));
    this.#applied = { generation: from.generation, table };
  }

  #list(): readonly NftTable[] {
    this.#watch ??= new NftWatch(`${this.#family} ${this.#name}`, (generation) => this.#touched(generation));
    const generation = readNftGeneration();
    if (this.#applied !== undefined && this.#watch.history(this.#applied.generation, generation)?.length === 0) {
      this.#applied = { ...this.#applied, generation };
      return [{ kind: 'applied', ...this.#applied }];
    }
    this.#applied = undefined;
    const listed = listNftTable(this.#table);
    return listed === undefined ? [] : [{ kind: 'found', listed, generation }];
  }

  async #update(from: NftTable, to: NftTable): Promise<void> {
    const change = this.#change(from, to);
    this.#compared = undefined;
    if (from.kind === 'wanted' || to.kind !== 'wanted') return;
    if (change.kind === 'structure') await this.#write(change, to.table, from.generation);
    if (change.kind === 'elements') this.#changeElements(change.changes, to.table, from.generation);
  }

  /** @param base generation at which the kernel had what the change starts from */
  async #write(change: StructureChange, table: Table, base: number): Promise<void> {
    const all = change.written === 'all';
    const from = all ? readNftGeneration() : base;
    this.#writing = true;
    try {
      if (!this.#writePlainly(change)) await applyNft(change.text);
    } catch (error) {
      // No cause: nft repeats whole lines, and the essence of it is in the text.
      throw new WeftError('HOST_NFT_REFUSED', refusedText(this.#table, change.text, errorText(error)));
    } finally {
      this.#writing = false;
    }
    this.#noteAccounts(change.written, table);
    this.#wrote(table, from);
  }

  /** Whether it was plain enough for nfnetlink, and was done. What is refused is given to nft, which says better why. */
  #writePlainly({ plan }: StructureChange): boolean {
    if (plan === undefined) return false;
    try {
      const messages = encodePlainChange(this.#table, plan);
      if (messages === undefined) return false;
      ownNetlink(netlinkProtocol.netfilter).transact(messages, `change chains of "${this.#family} ${this.#name}"`);
      return true;
    } catch {
      return false;
    }
  }

  #changeElements(changes: readonly ElementChange[], table: Table, base: number): void {
    changeElementsApart(this.#table, changes);
    this.#wrote(table, base);
  }

  /** Remembers the table if our transaction was the only one that touched it since `base`. */
  #wrote(table: Table, base: number): void {
    const generation = readNftGeneration();
    const ours = generation === base + 1 || this.#watch?.history(base, generation)?.length === 1;
    this.#applied = ours ? { generation, table } : undefined;
  }

  #noteAccounts(written: StructureChange['written'], { chains }: Table): void {
    // Beyond a few dozen chains one reading of the table costs less.
    const few = written !== 'all' && written.length <= 64;
    const rules = few ? written.flatMap((chain) => listNftRules(this.#table, chain)) : listNftRules(this.#table);
    const ours = written === 'all' ? undefined : new Set(written);
    for (const [chain, found] of Map.groupBy(rules, ({ chain }) => chain)) {
      if (ours?.has(chain) !== false) this.#accounts.set(chain, found.map(ruleAccount));
    }
    // Of chains that are gone.
    if (this.#accounts.size <= 2 * chains.length) return;
    const names = new Set(chains.map(({ name }) => name));
    this.#accounts = new Map([...this.#accounts].filter(([name]) => names.has(name)));
  }
}
