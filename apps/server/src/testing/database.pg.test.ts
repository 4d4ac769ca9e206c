import pg from 'pg';
import { expect, test } from 'vitest';
import { openDatabase } from './database.ts';

async function ask(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

test('each test file has a database of its own, which goes when it is dropped', async () => {
  const [one, two] = await Promise.all([openDatabase(), openDatabase()]);
  await ask(one.url, 'create table only_here (id int)');
  const there = "select to_regclass('only_here') is not null as there";
  expect(await ask(one.url, there)).toEqual([{ there: true }]);
  expect(await ask(two.url, there)).toEqual([{ there: false }]);
  await one.drop();
  await expect(ask(one.url, 'select 1')).rejects.toThrow('does not exist');
  await two.drop();
});

test('the role of the tests owns its database', async () => {
  const { url, drop } = await openDatabase();
  const sql = 'select pg_get_userbyid(datdba) = current_user as owner from pg_database where datname = current_database()';
  expect(await ask(url, sql)).toEqual([{ owner: true }]);
  await drop();
});
