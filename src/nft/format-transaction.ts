import type { ElementChange, TablePlan } from './diff.ts';
import { formatDeclaration, formatElements, formatHook, formatRule, identifier, tableName } from './format.ts';
import type { Chain, NftMap, NftSet, Table } from './model.ts';

/**
 * The plan as one atomic transaction. The order matters: rules go before the sets and chains they refer to, chains
 * come before the map elements that lead to them, and go after them.
 */
export function formatTransaction(table: Table, plan: TablePlan): string {
  const in_ = tableName(table);
  const name = (object: { readonly name: string }) => `${in_} ${identifier(object.name)}`;
  const refill = [...plan.addChains, ...plan.replaceChains];
  const lines = [
    ...[...plan.replaceChains, ...plan.removeChains].map((chain) => `flush chain ${name(chain)}`),
    ...plan.addSets.map((set) => `add ${kindOf(set)} ${name(set)} { ${formatDeclaration(set).join('; ')}; }`),
    ...plan.addChains.map((chain) => `add chain ${name(chain)}${chainBody(chain)}`),
    ...removals(in_, plan.elements),
    ...additions(in_, plan.elements),
    ...refill.flatMap((chain) => chain.rules.map((rule) => `add rule ${name(chain)} ${formatRule(chain.name, rule)}`)),
    ...plan.removeSets.map((set) => `delete ${set.value === undefined ? 'set' : 'map'} ${name(set)}`),
    ...plan.removeChains.map((chain) => `delete chain ${name(chain)}`),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function removals(in_: string, changes: readonly ElementChange[]): string[] {
  return changes
    .filter(({ remove }) => remove.length > 0)
    .map(({ remove, set }) => `delete element ${in_} ${identifier(set.name)} { ${formatElements(set, remove)} }`);
}

/**
 * Declared once more with their elements instead of `add element`: at that command nft first reads all elements of all
 * interval sets of the table, which takes a second where there are 100,000.
 */
function additions(in_: string, changes: readonly ElementChange[]): string[] {
  const blocks = changes
    .filter(({ add }) => add.length > 0)
    .map(({ add, set }) => {
      const lines = [...formatDeclaration(set), `elements = { ${formatElements(set, add)} }`];
      return `\t${kindOf(set)} ${identifier(set.name)} {\n${lines.map((line) => `\t\t${line}\n`).join('')}\t}\n`;
    });
  return blocks.length === 0 ? [] : [`table ${in_} {\n${blocks.join('')}}`];
}

function kindOf(set: NftSet | NftMap): 'set' | 'map' {
  return 'value' in set ? 'map' : 'set';
}

function chainBody(chain: Chain): string {
  const lines: string[] = [];
  if (chain.hook !== undefined) lines.push(formatHook(chain.hook));
  if (chain.comment !== undefined) lines.push(`comment "${chain.comment}";`);
  return lines.length === 0 ? '' : ` { ${lines.join(' ')} }`;
}
