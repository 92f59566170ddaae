import { WeftError } from '../base/errors.ts';
import { diffTable, type ElementChange, expressionsByHash } from '../nft/diff.ts';
import { elementKey } from '../nft/element-key.ts';
import { formatReplacement } from '../nft/format.ts';
import type { ListedSet, ListedTable } from '../nft/listed-table.ts';
import type { Table } from '../nft/model.ts';
import { parseTableListing } from '../nft/parse-json.ts';
import type { Resource } from '../reconcile/resource.ts';
import { applyNft, listNftTable } from './nft.ts';
import { changeElements } from './nft-elements.ts';
import { readNftGeneration } from './nft-generation.ts';

/** The table as it should be, or as the kernel has it. */
export type NftTable =
  | { readonly kind: 'wanted'; readonly table: Table }
  | { readonly kind: 'found'; readonly listed: ListedTable };

/**
 * The one nftables table. Ours: the table of this family and name with all that is in it; no other table is ever touched.
 *
 * Structure goes in as one atomic `nft -f` transaction, set and map elements over nfnetlink. What was listed is
 * remembered together with the ruleset's generation: while the kernel reports the same generation nothing has changed,
 * and no listing is needed. The memory is only a cache, a restart begins without it.
 */
export class NftTables {
  readonly #family: Table['family'];
  readonly #name: string;
  #known: { readonly generation: number; readonly listed: ListedTable | undefined } | undefined;
  /** The kernel's account of our rules right after our own write: see {@link diffTable}. */
  #trusted: ReadonlyMap<string, string> = new Map();
  #justWritten = false;

  constructor(family: Table['family'], name: string) {
    this.#family = family;
    this.#name = name;
  }

  /** The values for the step of this resource. */
  desired(table: Table): readonly NftTable[] {
    return [{ kind: 'wanted', table }];
  }

  resource(): Resource<NftTable> {
    return {
      name: 'nft',
      key: (value) => {
        const { family, name } = value.kind === 'wanted' ? value.table : value.listed;
        return `${family} ${name}`;
      },
      equal: (actual, desired) => this.#change(actual, desired).kind === 'none',
      list: async () => {
        const listed = await this.#list();
        return listed === undefined ? [] : [{ kind: 'found', listed }];
      },
      apply: async ({ create, update, remove }) => {
        for (const value of create) if (value.kind === 'wanted') await this.#write(formatReplacement(value.table));
        for (const { from, to } of update) await this.#update(from, to);
        if (remove.length > 0) await this.#write(`delete table ${this.#family} ${this.#name}\n`);
        return new Map();
      },
    };
  }

  #change(actual: NftTable, desired: NftTable): ReturnType<typeof diffTable> {
    if (desired.kind !== 'wanted' || actual.kind !== 'found') {
      throw new WeftError('HOST_NFT', 'Cannot compare tables: a found and a wanted one needed');
    }
    return diffTable(desired.table, actual.listed, this.#trusted);
  }

  async #list(): Promise<ListedTable | undefined> {
    const before = readNftGeneration();
    if (this.#known?.generation === before) return this.#known.listed;
    const listing = await listNftTable(this.#family, this.#name);
    const listed = listing === undefined ? undefined : parseTableListing(listing);
    if (this.#justWritten && listed !== undefined) this.#trusted = expressionsByHash(listed);
    this.#justWritten = false;
    this.#known = readNftGeneration() === before ? { generation: before, listed } : undefined;
    return listed;
  }

  async #update(from: NftTable, to: NftTable): Promise<void> {
    const change = this.#change(from, to);
    if (change.kind === 'structure') await this.#write(change.text);
    if (change.kind === 'elements') this.#changeElements(change.changes);
  }

  async #write(text: string): Promise<void> {
    this.#known = undefined;
    await applyNft(text);
    this.#justWritten = true;
  }

  /** Synchronous: one more generation afterwards is our own, and what we know stays true with our change in it. */
  #changeElements(changes: readonly ElementChange[]): void {
    const before = readNftGeneration();
    const known = this.#known;
    this.#known = undefined;
    changeElements({ family: this.#family, name: this.#name }, changes);
    const after = readNftGeneration();
    if (known?.listed === undefined || known.generation !== before || after !== (before + 1) >>> 0) return;
    const byName = new Map(changes.map((change) => [change.set.name, change]));
    const sets = known.listed.sets.map((set) => withChange(set, byName.get(set.name)));
    this.#known = { generation: after, listed: { ...known.listed, sets } };
  }
}

function withChange(set: ListedSet, change: ElementChange | undefined): ListedSet {
  if (change === undefined) return set;
  const removed = new Set(change.remove.map(elementKey));
  return { ...set, elements: [...set.elements.filter((element) => !removed.has(elementKey(element))), ...change.add] };
}
