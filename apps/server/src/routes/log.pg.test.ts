import { randomUUID } from 'node:crypto';
import { chanceFrom, type Json, type Patch } from '@psa/domain';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ADMIN, type Hospital, openHospital, somebody, type Tablet } from '../testing/hospital.ts';
import { bodyFor } from '../testing/walk.ts';
import { toldOfError } from './log.ts';
import { PUBLISHED } from './published.ts';

/** A name, a number and a word that nobody else uses. */
const MARKS = ['Zikorachukwumarked', '0803MARKED77', 'marked-diagnosis'] as const;
const [NAME, PHONE, TEXT] = MARKS;

let h: Hospital;
let admin: Tablet;
let tablet: Tablet;
const lines: string[] = [];

beforeAll(async () => {
  const log = { write: (line: string) => void lines.push(line) };
  h = await openHospital({ logLevel: 'info', loginsPerMinute: 10_000 }, undefined, { log });
  admin = await h.tablet(ADMIN);
  tablet = await h.tablet(await h.hire('consultant'));
});
afterAll(() => h.close());

/** Puts the marks wherever a value is text. */
const marked = (value: Json): Json => {
  if (typeof value === 'string') return /^[0-9a-f-]{36}$|^\d{4}-|^[A-Z][a-z]+$/.test(value) ? value : TEXT;
  return value;
};
const spoilt = (patch: Patch): Patch => Object.fromEntries(Object.entries(patch).map(([k, v]) => [k, marked(v)]));

test('names and words sent through every route, in path, query and body, reach no log', async () => {
  const document = (await h.call('GET', '/api/openapi.json')).body as { paths: Record<string, Record<string, unknown>> };
  const body = {
    email: `${NAME}@example.org`,
    password: PHONE,
    name: NAME,
    messages: [{ role: 'user', content: TEXT }],
    [NAME]: TEXT,
  };
  const wishes = Object.entries(document.paths)
    // A stream, the end of the session, and the filling of a ward: they take nothing that was typed.
    .filter(([path]) => !/\/(live|logout|demo)$/.test(path))
    .flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => ({ method, path, asked: method === 'get' ? {} : { body } })),
    );
  const askAs = async (who: Tablet, word: string, { method, path, asked }: (typeof wishes)[number]) => {
    const filled = `${path.replace(/\{\w+\}/g, word)}?q=${NAME}&search=${PHONE}`;
    await h.call(method.toUpperCase(), filled, { token: who.token, ...asked });
  };
  const left = wishes.flatMap((wish) => [
    () => askAs(tablet, NAME, wish),
    ...(wish.path.startsWith('/api/sync/') ? [] : [() => askAs(admin, randomUUID(), wish)]),
  ]);
  const sent = left.length;
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let next = left.pop(); next; next = left.pop()) await next();
    }),
  );
  expect(sent).toBeGreaterThan(200);
  const { token } = tablet;
  // What is no request at all, and what no route answers.
  await h.call('POST', '/api/sync/patients', { token, raw: `{"first_name": "${NAME}` });
  await h.call('GET', `/api/${NAME}`, { token });
  await h.call('GET', `/%E0%A4%A/${NAME}`, { token });
  expect(lines.length).toBeGreaterThan(sent);
  expect(lines.filter((line) => MARKS.some((mark) => line.includes(mark)))).toEqual([]);
});

test('rows of every record that are accepted or refused reach no log', async () => {
  const chance = chanceFrom(7);
  const patient = randomUUID();
  const first = { ...somebody(), first_name: NAME, phone: '08031234567', hospital_number: PHONE };
  const { reply } = await h.push(tablet, [h.sealed(tablet, 1, [{ kind: 'patients', id: patient, patch: first }])]);
  expect(reply.groups[0]?.results[0]?.status).toBe('applied');
  // The same number again: PostgreSQL's own words about it name the number.
  await h.call('POST', '/api/sync/patients', { token: tablet.token, body: first });
  let cseq = 1;
  for (const { def } of PUBLISHED) {
    const links = Object.fromEntries(PUBLISHED.map((p) => [p.def.name, [p.def.name === 'patients' ? patient : randomUUID()]]));
    const patch = spoilt(bodyFor(def, chance, links, false));
    await h.push(tablet, [h.sealed(tablet, ++cseq, [{ kind: def.name, id: randomUUID(), patch }])]);
  }
  await h.call('GET', `/api/sync/patients/${patient}`, { token: tablet.token });
  await h.call('GET', `/api/search/patients?q=${NAME}`, { token: tablet.token });
  expect(lines.filter((line) => MARKS.some((mark) => line.includes(mark)))).toEqual([]);
});

test('a failure of ours is told with its place and without the words of PostgreSQL or of a text', async () => {
  // Every search fails inside of PostgreSQL, which quotes what it was given.
  await h.pool.query('alter function search_patients rename to search_patients_before');
  await h.pool.query(`create or replace function patients_searchable_planted() returns trigger language plpgsql as $$
    begin raise exception 'No place for %', new.last_name using detail = new.first_name; end $$`);
  await h.pool.query(
    'create trigger planted before insert on patients for each row execute function patients_searchable_planted()',
  );
  const body = { ...somebody(), last_name: NAME, first_name: TEXT };
  const { status } = await h.call('POST', '/api/sync/patients', { token: tablet.token, body });
  expect(status).toBe(500);
  const told = lines.filter((line) => line.includes('"INTERNAL"'));
  expect(told.join()).toContain('P0001');
  expect(told.join()).toContain('/api/sync/patients');
  expect(lines.filter((line) => MARKS.some((mark) => line.includes(mark)))).toEqual([]);
});

test('an error is told by kind, code and place', () => {
  const database = Object.assign(new pg.DatabaseError(`value "${NAME}" is bad`, 1, 'error'), {
    code: '22P02',
    detail: `Key (first_name)=(${NAME})`,
    where: NAME,
    table: 'patients',
  });
  expect(JSON.stringify(toldOfError(database))).not.toContain(NAME);
  expect(toldOfError(database)).toMatchObject({ type: 'DatabaseError', code: '22P02', table: 'patients' });
  expect(toldOfError(database).stack).toContain('log.pg.test');
  const lost = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED', syscall: 'connect' });
  expect(toldOfError(lost).message).toContain('ECONNREFUSED');
  let parsed: unknown;
  try {
    JSON.parse(`{"a": ${NAME}}`);
  } catch (error) {
    parsed = error;
  }
  expect(JSON.stringify(toldOfError(parsed))).not.toContain(NAME);
  expect(toldOfError(NAME)).toEqual({ type: 'string', message: '', stack: '' });
});
