/**
 * `npm run new-record -- wound_care_records` starts a record: declaration, its line in the list, migration. Run again after editing the
 * declaration: the migration is written anew from it, as long as git does not know it yet.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type RecordDef, sqlName, tableSql } from '@psa/domain';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const RECORDS = path.join(ROOT, 'packages/domain/src/records');
const MIGRATIONS = path.join(ROOT, 'apps/server/migrations');

class Refused extends Error {}

const words = (name: string) => {
  const text = name.replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
};

function checkName(name: string | undefined): string {
  if (name === undefined) throw new Refused('Give the name: npm run new-record -- wound_care_records');
  if (!/^[a-z]+(_[a-z]+)*s$/.test(name) || name.length > 40) {
    throw new Refused(`"${name}" should be a plural in snake_case of at most 40 letters, like wound_care_records.`);
  }
  if (sqlName(name) !== name) throw new Refused(`"${name}" is a word of SQL; choose another.`);
  return name;
}

const skeleton = (name: string) => `import { CLINICIANS } from '../access.ts';
import { link, note } from '../fields.ts';
import { defineRecord } from '../record.ts';

export const ${name} = defineRecord({
  name: '${name}',
  title: '${words(name.replace(/s$/, ''))}',
  titles: '${words(name)}',
  about: 'What one of them is, in one sentence.',
  scope: 'clinical',
  merge: 'field',
  fields: {
    patient_id: link('Patient', 'patients', { required: true, merge: 'append' }),
    description: note('Description', { required: true }),
  },
  access: { read: CLINICIANS, create: CLINICIANS, edit: CLINICIANS, retract: CLINICIANS },
  list: ['description'],
});
`;

/** Puts the record into the list: after what it may point to, before what may point to everything. */
async function addToList(name: string): Promise<void> {
  const file = path.join(RECORDS, 'index.ts');
  const lines = (await readFile(file, 'utf8')).split('\n');
  if (lines.includes(`  ${name},`)) return;
  const imported = `import { ${name} } from './${name}.ts';`;
  const after = lines.findIndex((line) => /^import \{ \w+ \} from '\.\//.test(line) && line > imported);
  const last = lines.findLastIndex((line) => line.startsWith('import '));
  lines.splice(after === -1 ? last + 1 : after, 0, imported);
  const before = lines.indexOf('  sync_conflicts,');
  if (before === -1)
    throw new Refused('The list in packages/domain/src/records/index.ts has no sync_conflicts; add the line by hand.');
  lines.splice(before, 0, `  ${name},`);
  await writeFile(file, lines.join('\n'));
}

/** Every kind has a place in the work; a new one stands on the ward until somebody says better. */
async function addToAreas(name: string): Promise<void> {
  const file = path.join(RECORDS, 'areas.ts');
  const text = await readFile(file, 'utf8');
  if (text.includes(`\n  ${name}: `)) return;
  const last = '  sync_conflicts: null,\n';
  if (!text.includes(last))
    throw new Refused('packages/domain/src/records/areas.ts has no sync_conflicts; add the line by hand.');
  await writeFile(file, text.replace(last, `  ${name}: 'Ward',\n${last}`));
}

function knownToGit(file: string): boolean {
  try {
    execFileSync('git', ['ls-files', '--error-unmatch', file], { cwd: ROOT, stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const isRecord = (value: unknown, name: string): value is RecordDef =>
  typeof value === 'object' && value !== null && 'name' in value && value.name === name;

async function writeMigration(name: string): Promise<string> {
  const module: Record<string, unknown> = await import(pathToFileURL(path.join(RECORDS, `${name}.ts`)).href);
  const def = module[name];
  if (!isRecord(def, name)) throw new Refused(`packages/domain/src/records/${name}.ts must export ${name}, named '${name}'.`);
  const files = (await readdir(MIGRATIONS)).filter((f) => f.endsWith('.sql')).sort();
  const mine = files.find((f) => f.slice(5) === `${name}.sql`);
  if (mine && knownToGit(path.join(MIGRATIONS, mine))) {
    throw new Refused(`${mine} may have been applied somewhere; put changes of ${name} into a new migration.`);
  }
  const number = String(Number(files.at(-1)?.slice(0, 4) ?? '0') + 1).padStart(4, '0');
  const file = mine ?? `${number}_${name}.sql`;
  const functions = (def.against ?? []).map(
    (rule) => `-- Write the function ${rule.name}() here: it raises check_violation with this constraint name.\n`,
  );
  await writeFile(path.join(MIGRATIONS, file), `-- ${file} — ${def.about}\n\n${functions.join('')}${tableSql(def)}`);
  return file;
}

/** Does the work. @returns what to tell the person. */
async function newRecord(name: string): Promise<string> {
  const file = path.join(RECORDS, `${name}.ts`);
  const started = !existsSync(file);
  if (started) await writeFile(file, skeleton(name));
  await addToList(name);
  await addToAreas(name);
  const migration = await writeMigration(name);
  const at = `packages/domain/src/records/${name}.ts`;
  if (!started) return `Wrote apps/server/migrations/${migration} anew from ${at}.`;
  return [
    `Wrote ${at}, its line in the list, and apps/server/migrations/${migration}.`,
    '',
    'Next:',
    `  1. Edit ${at}: fields, rules, who may do what. One sentence in "about".`,
    `     Its area in packages/domain/src/records/areas.ts.`,
    `  2. Run this again: the migration follows the declaration, until it is committed.`,
    '  3. npx vitest run packages/domain -u   shows the new row of the table of rights; read it.',
    '  4. npx vitest run apps/server/src/db   holds the migrated table and every rule against the declaration.',
    '  Sync, REST routes, the default form and list, and random test rows are there without further work.',
  ].join('\n');
}

try {
  console.log(await newRecord(checkName(process.argv[2])));
} catch (error) {
  if (!(error instanceof Refused)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
