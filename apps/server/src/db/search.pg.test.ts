import { randomUUID } from 'node:crypto';
import { chanceFrom, demoWard, nameWords, nationalPhone, plainWord } from '@psa/domain';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../testing/database.ts';
import { Database } from './database.ts';
import { createPool } from './pool.ts';
import { type Found, PatientFinder } from './search.ts';

let db: Awaited<ReturnType<typeof openDatabase>>;
let owner: pg.Client;
let pool: pg.Pool;
let database: Database;
let finder: PatientFinder;
const [HERE, THERE] = [randomUUID(), randomUUID()];

beforeAll(async () => {
  db = await openDatabase();
  owner = new pg.Client({ connectionString: db.url });
  await owner.connect();
  for (const id of [HERE, THERE]) {
    await owner.query(
      `insert into facilities (id, facility_id, name, short_name, country, time_zone) values ($1, $1, 'A hospital', 'H', 'Nigeria', 'Africa/Lagos')`,
      [id],
    );
  }
  pool = createPool({ connectionString: db.serverUrl, max: 4 });
  database = new Database(pool);
  finder = new PatientFinder(database);
});
afterAll(async () => {
  await pool.end();
  await owner.end();
  await db.drop();
});

interface Person {
  last: string;
  first?: string;
  other?: string;
  number?: string;
  phone?: string;
  facility?: string;
}
let made = 0;
/** Puts a patient into the table by hand, as the owner: whoever writes, the search knows. */
async function add({ last, first = 'Zzq', other, number = `Q/${++made}`, phone, facility = HERE }: Person): Promise<string> {
  const { rows } = await owner.query(
    `insert into patients (facility_id, last_name, first_name, other_names, hospital_number, phone, gender, date_of_birth_precision)
     values ($1, $2, $3, $4, $5, $6, 'Other', 'Unknown') returning id`,
    [facility, last, first, other, number, phone],
  );
  return rows[0].id;
}

const rowsOf = (found: Found | null): { last_name: string; first_name: string }[] => JSON.parse(found?.json ?? 'null');
const surnames = (found: Found | null) => rowsOf(found).map(({ last_name }) => last_name);
/** Surnames found, best first. */
async function find(typed: string, limit = 10, facility = HERE): Promise<string[]> {
  return surnames(await finder.find(facility, typed, limit));
}
/** Surnames that hold what was typed, without those that are only spelt alike. */
async function exact(typed: string): Promise<string[]> {
  const found = await finder.find(HERE, typed, 10);
  return surnames(found).slice(0, found?.exact);
}

describe('the words of a patient are the same in SQL as on a device', () => {
  const ward = demoWard({ seed: 3, patients: 200, nowMs: Date.UTC(2026, 0, 1), wards: [], consultants: [] });
  const NAMES = [...ward].flatMap(([first]) => [String(first?.patch?.last_name), String(first?.patch?.first_name)]);
  const ODD = [
    'Ọlá-Ɗan ṢỌLÁ ẸGBẸ́',
    'ƁƊƘƳŊƐƆƏØŁ ɓɗƙƴŋɛɔəøł',
    "O'Neil",
    'Eze–Okafor/Ani.Udo',
    '  a  b ',
    'İstanbul ı',
    'N’Dour (née Bâ)',
    'محمد عَلِي',
    'UNTH/2024/00123',
    '۱۲۳',
    '½ «x» ²',
    '\u00a0x\u3000y\ufeff',
    '-',
    '',
    'Müller-Straße',
    '名前 なまえ',
  ];
  const chance = chanceFrom(11);
  const LETTERS = [...'abZéọ́ṢɗƘ-–./’\'" 1٣ß(),;_%\\:*&|!<>ẸùÑĳǅﬁ'];
  const RANDOM = Array.from({ length: 400 }, () =>
    Array.from({ length: 1 + chance.below(12) }, () => chance.pick(LETTERS)).join(''),
  );
  const ALL = [...NAMES, ...ODD, ...RANDOM];

  test('words, plain words and phone numbers', async () => {
    const { rows } = await owner.query(
      `select n, name_words(n) as words, plain_word(n) as plain from unnest($1::text[]) with ordinality u (n, i) order by i`,
      [ALL],
    );
    expect(rows).toEqual(ALL.map((n) => ({ n, words: nameWords(n), plain: plainWord(n) })));
    const phones = ['+234 (0)803 123-4567', '0803', '234', '23480', '234803', '+2340', 'none', '', '(234) 0 12'];
    const said = await owner.query(
      'select national_phone(p) as phone from unnest($1::text[]) with ordinality u (p, i) order by i',
      [phones],
    );
    expect(said.rows.map((r) => r.phone)).toEqual(phones.map(nationalPhone));
  });

  test('a hospital number may be typed from any of its numbers on', async () => {
    const of = async (number: string) => (await owner.query('select number_words($1) as w', [number])).rows[0].w.toSorted();
    expect(await of('UNTH/2024/00123')).toEqual(['00123', '123', '2024', '202400123']);
    expect(await of('H-7b2')).toEqual(['2', '7', '7b2']);
    expect([await of('ABC'), await of('000'), await of('')]).toEqual([[], ['000'], []]);
  });
});

describe('what is found', () => {
  beforeAll(async () => {
    await add({ last: 'Ọkáfọ̀', first: 'Ngozi', other: 'Chiamaka', number: 'UNTH/2024/00123', phone: '0803 123 4567' });
    await add({ last: 'Adéyẹmí', first: 'Babátúndé', number: 'UNTH/2024/001234', phone: '+234 (0)805-999-8888' });
    await add({ last: 'Eze-Nwosu', first: 'Ada', number: '2024' });
    await add({ last: 'Muhammad', first: 'Ɗanladi', number: 'KN 77/19' });
    await add({ last: "O'Neil", first: 'Chukwuemeka', number: 'X-1' });
    await add({ last: 'Badamosi', first: 'Zainab', number: 'X-2' });
  });

  test('names in any order, by their beginnings, without their marks', async () => {
    for (const typed of ['okafo', 'OKAFỌ̀', 'ngozi okafo', 'okafo ngozi', 'chiamaka ngozi', 'ngo oka', 'oka chia ngo']) {
      expect([typed, await exact(typed)]).toEqual([typed, ['Ọkáfọ̀']]);
    }
    for (const typed of ['eze-nwosu', 'ezenwosu', 'nwosu ada', 'eze ada'])
      expect([typed, await exact(typed)]).toEqual([typed, ['Eze-Nwosu']]);
    expect([await exact("o'neil"), await exact('danladi'), await exact('ngozi muhammad')]).toEqual([
      ["O'Neil"],
      ['Muhammad'],
      [],
    ]);
  });

  test('all who were registered by one statement, and their names and those of their next of kin are known', async () => {
    await owner.query(
      `insert into patients (facility_id, last_name, first_name, hospital_number, emergency_contact_name, gender, date_of_birth_precision)
       select $1, name, 'Yz', 'ONE/' || name, name || 'kin', 'Other', 'Unknown' from unnest($2::text[]) name`,
      [HERE, ['Togetherone', 'Togethertwo']],
    );
    for (const typed of ['Togetherone', 'Togethertwo']) expect(await exact(typed)).toEqual([typed]);
    const words = ['togetherone', 'togetheronekin', 'togethertwo', 'togethertwokin', 'yz'];
    const { rows } = await database.of(HERE).query('select known_names($1) as word', [[...words, 'nobody']]);
    expect(rows.map(({ word }) => word).toSorted()).toEqual(words);
  });

  test('a hospital number, whole or in part, with and without its signs; the number itself comes first', async () => {
    for (const typed of ['unth/2024/00123', 'UNTH202400123', 'unth 2024 00123', '2024/00123', '00123']) {
      expect([typed, (await exact(typed)).slice(0, 2)]).toEqual([typed, ['Ọkáfọ̀', 'Adéyẹmí']]);
    }
    expect((await exact('0012')).toSorted()).toEqual(['Adéyẹmí', 'Ọkáfọ̀']);
    expect((await exact('2024'))[0]).toBe('Eze-Nwosu');
    expect(await exact('kn77')).toEqual(['Muhammad']);
  });

  test('a phone number in every way it is written', async () => {
    for (const typed of [
      '08031234567',
      '+2348031234567',
      '2348031234567',
      '+234 803 123 4567',
      '(0803) 123-4567',
      '8031234',
      '1234567',
      '4567',
      '0803 123',
    ]) {
      expect([typed, await exact(typed)]).toEqual([typed, ['Ọkáfọ̀']]);
    }
    expect(await exact('+234 (0)805 999 8888')).toEqual(['Adéyẹmí']);
  });

  test('words and a number together, and short words narrow', async () => {
    expect(await exact('okafo 0803')).toEqual(['Ọkáfọ̀']);
    expect(await exact('okafo n')).toEqual(['Ọkáfọ̀']);
    expect([await exact('okafo x'), await exact('okafo 99')]).toEqual([[], []]);
  });

  const SLIPS: readonly [string, string, string][] = [
    ['a letter too many', 'okafoo', 'Ọkáfọ̀'],
    ['a doubled letter', 'addeyemi', 'Adéyẹmí'],
    ['a letter left out', 'okfo', 'Ọkáfọ̀'],
    ['a wrong letter', 'adeyeni', 'Adéyẹmí'],
    ['a wrong first letter', 'ukafo', 'Ọkáfọ̀'],
    ['two letters swapped', 'adeymei', 'Adéyẹmí'],
    ['as it sounds', 'mohammed', 'Muhammad'],
    ['as it sounds in short', 'mohamad', 'Muhammad'],
    ['one name as two', 'ade yemi', 'Adéyẹmí'],
    ['a slip in a long name', 'chukwemeka', "O'Neil"],
    ['a slip in each word', 'ngosi okaffo', 'Ọkáfọ̀'],
    ['a slip in one of two, in the other order', 'ngozi okfo', 'Ọkáfọ̀'],
    ['the middle of a name', 'damosi', 'Badamosi'],
    ['an apostrophe as a gap', 'o neil', "O'Neil"],
  ];
  test.each(SLIPS)('%s: %s', async (_what, typed, surname) => {
    expect(await find(typed)).toContain(surname);
  });

  test('what only resembles comes last, and is told apart', async () => {
    await add({ last: 'Okafoo', first: 'Uche' });
    const found = await finder.find(HERE, 'okafoo', 10);
    expect(surnames(found)).toEqual(['Okafoo', 'Ọkáfọ̀']);
    expect(found?.exact).toBe(1);
  });

  test('a word that resembles nobody finds nobody', async () => {
    for (const typed of ['wqxyzz', 'wqxyzz okafo', '99999999']) expect([typed, await find(typed)]).toEqual([typed, []]);
  });
});

describe('what stays true', () => {
  test('changed, retracted and restored patients are found as they are now', async () => {
    const id = await add({ last: 'Vormals', first: 'Heute' });
    const set = (change: string) => owner.query(`update patients set ${change} where id = $1`, [id]);
    expect(await exact('vormals')).toEqual(['Vormals']);
    await set("last_name = 'Nachher', phone = '07011112222'");
    expect([await exact('vormals'), await exact('nachher'), await exact('07011112222')]).toEqual([
      [],
      ['Nachher'],
      ['Nachher'],
    ]);
    await set('deleted = true');
    expect([await exact('nachher'), await find('nachher')]).toEqual([[], []]);
    await set('deleted = false');
    expect(await exact('heute nachher')).toEqual(['Nachher']);
  });

  test('spellings that are remembered are left when a new name comes into use, whoever brought it', async () => {
    await add({ last: 'Wurzelbach', first: 'Aa' });
    for (let i = 0; i < 2; i++) expect(await find('wurzelbech')).toEqual(['Wurzelbach']);
    const id = await add({ last: 'Wurzelbich', first: 'Bb' });
    expect((await find('wurzelbech')).toSorted()).toEqual(['Wurzelbach', 'Wurzelbich']);
    await owner.query("update patients set last_name = 'Wurzelboch' where id = $1", [id]);
    expect((await find('wurzelbech')).toSorted()).toEqual(['Wurzelbach', 'Wurzelboch']);
    await add({ last: 'Wurzelbuch', first: 'Cc', facility: THERE });
    expect((await find('wurzelbech')).toSorted()).toEqual(['Wurzelbach', 'Wurzelboch']);
  });

  test('nobody is found from another facility, nor is a spelling in use there', async () => {
    await add({ last: 'Verborgen', first: 'Anderswo', number: 'GEHEIM/1', phone: '09099990000', facility: THERE });
    for (const typed of [
      'verborgen',
      'anderswo verborgen',
      'verborgne',
      'geheim/1',
      'geheim',
      '09099990000',
      '990000',
      'erborge',
      'v',
    ]) {
      expect([typed, await find(typed)]).toEqual([typed, []]);
      expect((await find(typed, 10, THERE)).concat(typed === '990000' ? 'Verborgen' : [])).toContain('Verborgen');
    }
    const words = await database.of(HERE).query('select * from names_alike($1, 10)', [['verborgen']]);
    const longer = await database.of(HERE).query('select * from names_longer($1, 10)', [['verborg']]);
    expect([words.rows, longer.rows]).toEqual([[], []]);
  });

  test('the server reads the lists through these functions only, and without a facility they are empty', async () => {
    const other = createPool({ connectionString: db.serverUrl, max: 1 });
    const unnamed = new Database(other).of(null);
    for (const table of ['patient_search', 'patient_names', 'patient_names_known']) {
      await expect(unnamed.query(`select * from ${table}`)).rejects.toMatchObject({ code: '42501' });
    }
    const found = await unnamed.query(
      "select ids from search_patients('', null, '{v}', 'v', null, '{}', 'v', null, null, 5, 10)",
    );
    expect(found.rows).toEqual([{ ids: [] }]);
    await other.end();
  });

  test('the same order every time, no further than the limit, and told when there are more', async () => {
    for (let i = 0; i < 12; i++) await add({ last: 'Gleich', first: ['Bea', 'Ann', 'Cid'][i % 3] ?? '' });
    const first = await finder.find(HERE, 'gleich', 5);
    expect(first).toMatchObject({ exact: 5, more: true });
    expect(first?.shown).toBe(5);
    const names = rowsOf(first).map(({ first_name }) => first_name);
    expect(names).toEqual(['Ann', 'Ann', 'Ann', 'Ann', 'Bea']);
    expect(await finder.find(HERE, 'gleich', 5)).toEqual(first);
    expect(await finder.find(HERE, 'gleich', 12)).toMatchObject({ exact: 12, more: false });
    expect((await finder.find(HERE, 'ann gleich', 3))?.shown).toBe(3);
  });

  test('every word of a name is known in use, also of names that are too long for the line of the search', async () => {
    // Six words of about fifty letters, two to a name.
    const words = [...'lmnpqw'].map((letter, i) => letter.repeat(50 - (i % 2)));
    const [last = '', first, other] = [0, 2, 4].map((i) => words.slice(i, i + 2).join(' '));
    await add({ last, first, other });
    await add({ last: 'Kurzname', first: 'Wq' });
    const { rows } = await owner.query<{ word: string }>(
      "select word from patient_names where facility_id = $1 and (length(word) > 45 or word in ('kurzname', 'wq')) order by word",
      [HERE],
    );
    expect(rows.map((row) => row.word)).toEqual(['kurzname', ...words]);
  });

  test('one letter, nothing, and what would be a pattern or a query elsewhere', async () => {
    expect((await find('g', 3)).every((name) => name === 'Gleich')).toBe(true);
    for (const typed of ['', ' ', '%', '_', '\\', '%%%%', "' or 1=1 --", '*', ':*', '&|!', '((((', '🙂', '\u200b']) {
      expect([typed, await find(typed)]).toEqual([typed, []]);
    }
    for (const typed of ['g%', 'gl_ich', 'gleich\\', "gleich':*", 'gleich & !bea'])
      expect(await finder.find(HERE, typed, 3)).not.toBeNull();
    expect((await finder.find(HERE, Array(50).fill('ab').join(' '), 3))?.json).toBe('[]');
  });

  test('an index entry is never too long', async () => {
    const long = 'ẸṢ-Ɗa'.repeat(20);
    await add({ last: long, first: long, other: long, number: 'Ọ-'.repeat(25), phone: '2'.repeat(20) });
    expect(await exact(long.slice(0, 60))).toEqual([long]);
  });
});
