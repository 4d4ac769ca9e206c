import { readFileSync } from 'node:fs';
import { ROLE_TITLES, ROLES, type Role } from '@psa/domain';

const PAGE = new URL('../../../../docs/access.md', import.meta.url);

/** What one cell of the page grants. */
export interface Granted {
  read: boolean;
  create: boolean;
  /** All fields, some (named further down on the page), none. */
  edit: 'all' | 'some' | 'none';
  retract: boolean;
}

/** The table of docs/access.md as a person reads it, so that what is walked is the page and not what made it. */
export function grantedByPage(): Map<string, Record<Role, Granted>> {
  const lines = readFileSync(PAGE, 'utf8').split('\n');
  const cells = (line: string) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
  const head = cells(lines.find((line) => line.startsWith('| Record |')) ?? '');
  const column = (role: Role) => head.indexOf(ROLE_TITLES[role]);
  const rows = lines.filter((line) => line.startsWith('| `')).map(cells);
  return new Map(
    rows.map((row) => [
      (row[0] ?? '').replaceAll('`', ''),
      Object.fromEntries(ROLES.map((role) => [role, read(row[column(role)] ?? '')])) as Record<Role, Granted>,
    ]),
  );
}

function read(cell: string): Granted {
  if (!/^(–|r?c?(e|\(e\))?x?)$/.test(cell) || cell === '') throw new Error(`docs/access.md has a cell that says “${cell}”.`);
  const some = cell.includes('(e)');
  return {
    read: cell.includes('r'),
    create: cell.includes('c'),
    edit: some ? 'some' : cell.includes('e') ? 'all' : 'none',
    retract: cell.includes('x'),
  };
}
