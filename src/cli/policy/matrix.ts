import { protocolText } from '../../trace/packet-text.ts';
import { partiesOf } from '../../trace/party.ts';
import { type MatrixCell, type PolicyMatrix, policyMatrix } from '../../trace/policy-matrix.ts';
import { portsOfInterest } from '../../trace/port-of-interest.ts';
import { traceContext } from '../../trace/trace-context.ts';
import { formatBox } from '../boxed-table.ts';
import { type CommandInput, textOption } from '../command.ts';
import { formatObject } from '../print-objects.ts';
import { refuseArguments } from '../refuse-arguments.ts';
import { usageError } from '../usage-error.ts';
import { wantedNamespaces } from './namespace-of.ts';
import { portWord, portWords, readPorts } from './port-words.ts';
import { readFormat } from './read-format.ts';
import { readPolicyWorld } from './read-policy-world.ts';

/** More parties than this make a table nobody reads and everybody waits for. */
const maxParties = 500;

/** `weft policy matrix`: who may talk to whom, at which ports. */
export async function run(input: CommandInput): Promise<number> {
  const { options, io } = input;
  refuseArguments(input);
  const format = readFormat(options, ['json', 'yaml', 'wide']);
  const isWanted = await wantedNamespaces(input);
  const { resources, felix, pools } = await readPolicyWorld(input);
  const ports = readPorts(textOption(options, 'port'), textOption(options, 'protocol'), portsOfInterest(resources));
  const parties = partiesOf(resources, isWanted);
  if (parties.length > maxParties) {
    throw usageError(`${parties.length - 1} pods found, at most ${maxParties - 1} fit; -n NS needed`);
  }
  if (parties.length === 1) {
    io.err('No pods with addresses found\n');
    return 0;
  }
  const matrix = policyMatrix(traceContext(resources, felix, pools), parties, ports);
  if (format === 'json' || format === 'yaml') io.out(await formatObject(matrixObject(matrix), format));
  else io.out(matrixText(matrix, format === 'wide'));
  return 0;
}

/** The table, and what its words mean. */
export function matrixText(matrix: PolicyMatrix, isWide: boolean): string {
  const { groups, ports, cells } = matrix;
  const headers = ['', 'FROM \\ TO', ...groups.map((_, index) => String(index + 1))];
  const rows = groups.map(({ name }, from) => [
    String(from + 1),
    name,
    ...groups.map((_, to) => cellText(cells[from]?.[to], matrix, isWide)),
  ]);
  const one = ports.length === 1 ? ports[0] : undefined;
  const asked = one === undefined ? `Ports: ${portWords(ports)}` : `Port: ${portWord(one)}`;
  const words = isWide ? 'egress, ingress, both: where it is denied' : '-: denied';
  const other = ports.some(({ unnamed }) => unnamed === true) ? '; other: any port that nothing names' : '';
  return `${asked}${other}\n${formatBox(headers, rows)}${one === undefined ? 'Cells: the ports that are allowed; ' : 'yes: allowed; '}${words}\n`;
}

function cellText(cell: MatrixCell | undefined, { ports }: PolicyMatrix, isWide: boolean): string {
  if (cell === undefined) return '';
  const open = ports.filter((_, index) => cell[index] === undefined);
  if (open.length === ports.length) return ports.length === 1 ? 'yes' : 'all';
  if (open.length > 0 && !isWide) return portWords(open);
  const obstacles = [...new Set(cell.filter((one) => one !== undefined))];
  const denied = isWide ? obstacles.join('/') : '-';
  return open.length > 0 ? `${portWords(open)} (${denied})` : denied;
}

function matrixObject({ groups, ports, cells }: PolicyMatrix): object {
  return {
    groups,
    ports: ports.map(({ protocol, ...rest }) => ({ protocol: protocolText(protocol), ...rest })),
    connections: groups.flatMap(({ name: from }, row) =>
      groups.flatMap(({ name: to }, column) => {
        const cell = cells[row]?.[column];
        if (cell === undefined) return [];
        return ports.map(({ protocol, port }, index) => ({
          from,
          to,
          protocol: protocolText(protocol),
          ...(port === undefined ? {} : { port }),
          allowed: cell[index] === undefined,
          ...(cell[index] === undefined ? {} : { deniedBy: cell[index] }),
        }));
      }),
    ),
  };
}
