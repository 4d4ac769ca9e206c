import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';

const run = promisify(execFile);
const root = path.resolve(import.meta.dirname, '..');
let copy: string;

/** The parts of the project that the tool touches or that judge its work. */
beforeEach(async () => {
  copy = await mkdtemp(path.join(tmpdir(), 'new-record-'));
  for (const part of [
    'packages/domain',
    'apps/server/migrations',
    'tools/new-record.ts',
    'tsconfig.base.json',
    'biome.json',
    '.gitignore',
  ]) {
    await mkdir(path.dirname(path.join(copy, part)), { recursive: true });
    await cp(path.join(root, part), path.join(copy, part), { recursive: true });
  }
  await symlink(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
  await writeFile(path.join(copy, 'package.json'), '{ "type": "module" }');
  // A repository of its own: biome and the tool ask git what belongs to it.
  await run('git', ['init', '-q', copy]);
});
afterEach(() => rm(copy, { recursive: true, force: true }));

const tool = (...args: string[]) => run(process.execPath, ['--import', 'tsx', 'tools/new-record.ts', ...args], { cwd: copy });
const refusal = (...args: string[]) =>
  tool(...args).then(
    () => 'it worked',
    (error: { code: number; stderr: string }) => `${error.code} ${error.stderr.trim()}`,
  );
const read = (file: string) => readFile(path.join(copy, file), 'utf8');
const migrationOf = (said: string) => /apps\/server\/migrations\/\d{4}_\w+\.sql/.exec(said)?.[0] ?? 'no migration named';

test('a record begins with a declaration, a line in the list and a migration, all in good form', async () => {
  const { stdout } = await tool('wound_tracings');
  const migration = migrationOf(stdout);
  expect(migration).toMatch(/\d{4}_wound_tracings\.sql$/);
  expect(await read(migration)).toContain('create table wound_tracings (');
  expect(await read(migration)).toContain('patient_id uuid not null,');
  expect(await read('packages/domain/src/records/index.ts')).toContain('  wound_tracings,\n  sync_conflicts,');
  expect(await read('packages/domain/src/records/areas.ts')).toContain("  wound_tracings: 'Ward',\n");
  const bin = (name: string) => path.join(root, 'node_modules/.bin', name);
  await run(bin('biome'), ['check', 'packages/domain/src/records'], { cwd: copy });
  await run(bin('tsc'), ['-p', 'packages/domain'], { cwd: copy });
});

test('run again, the migration follows the declaration, until git knows it', async () => {
  const migration = migrationOf((await tool('wound_tracings')).stdout);
  const declaration = 'packages/domain/src/records/wound_tracings.ts';
  const edit = async (from: string, to: string) =>
    writeFile(path.join(copy, declaration), (await read(declaration)).replace(from, to));
  await edit("note('Description', { required: true })", "note('Description', { max: 77 })");
  expect(migrationOf((await tool('wound_tracings')).stdout)).toBe(migration);
  expect(await read(migration)).toContain('check (char_length(description) <= 77)');
  await run('git', ['-C', copy, 'add', migration]);
  expect(await refusal('wound_tracings')).toMatch(/^1 \d{4}_wound_tracings\.sql may have been applied somewhere/);
});

test('a name that will not do is refused in one sentence', async () => {
  expect(await refusal()).toBe('1 Give the name: npm run new-record -- wound_care_records');
  expect(await refusal('WoundTracings')).toMatch(/^1 "WoundTracings" should be a plural/);
  expect(await refusal('../../etc/passwds')).toMatch(/^1 "\.\.\/\.\.\/etc\/passwds" should be a plural/);
});
