import { type Chance, chanceFrom, demoWard, type Patch, plainText } from '@psa/domain';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeAll } from '../db/write.ts';
import { ADMIN, type Hospital, openHospital, somebody } from '../testing/hospital.ts';
import { echo, openStandIn, saidIn } from '../testing/stand-in-model.ts';

/**
 * What leaves for a language model, read from the wire of a real HTTP server: generated patients, their kin and the staff are written into
 * questions in every spelling, and no byte that leaves may hold them.
 */
let h: Hospital;
let model: Awaited<ReturnType<typeof openStandIn>>;
let token: string;

const SEED = 20_261_122;
const PATIENTS = 60;
const QUESTIONS = 200;
const STAFF = ['Nkiruka Ezeilo-Ọkwụ', "Usman Ya'u", 'Temitọ́pẹ́ Grace Àlàbí'];

interface Somebody {
  id: string;
  row: Patch;
}
const people: Somebody[] = [];

beforeAll(async () => {
  h = await openHospital({ ai: { usage: { perMinute: 1e6, perDay: 1e6, tokensPerDay: 1e12 } } });
  model = await openStandIn();
  token = await h.signIn(ADMIN);
  const set = await h.call('POST', '/api/ai/settings', {
    token,
    body: { endpoint: model.endpoint, model: 'm', api_key: 'k-1' },
  });
  expect(set.status).toBe(200);
  for (const full_name of STAFF) await h.hire('nursing', { patch: { full_name } });
  const chance = chanceFrom(SEED);
  const actor = { user_id: h.admin, facility_id: h.facility, role: 'super_admin' as const };
  const ward = demoWard({ seed: SEED, patients: PATIENTS, nowMs: Date.UTC(2026, 10, 22), wards: [], consultants: [] });
  for (const wishes of ward) {
    const [who] = wishes;
    if (who?.kind !== 'patients') throw new Error('A patient comes first.');
    const [street, part] = [chance.pick(['Zik', 'Ogui', 'Sani Abacha', 'Awolowo']), chance.pick(['Layout', 'Road', 'Close'])];
    const address = `${1 + chance.below(90)} ${street} ${part}, near ${chance.pick(['Old Mill', 'St. Jude', 'Police Post'])}`;
    const row: Patch = { ...who.patch, address, email: `p${chance.below(1e6)}.x@mail.example.ng` };
    await writeAll(
      h.writer,
      { actor, origin: 'server' },
      wishes.map((wish, i) => ({ ...wish, op: 'create', patch: i === 0 ? row : wish.patch })),
    );
    people.push({ id: who.id, row });
  }
});
afterAll(async () => {
  await h.close();
  await model.close();
});

const HOOKED: Readonly<Record<string, string>> = { ɓ: 'b', ɗ: 'd', ƙ: 'k' };
const bare = (text: string) =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[ɓɗƙ]/g, (c) => HOOKED[c] ?? c);
const letters = (text: string) => bare(text).split(/[^\p{L}]+/u);
const signs = (text: string) => bare(text).replace(/[^\p{L}\p{N}]/gu, '');
const str = (value: unknown) => (typeof value === 'string' ? value : '');

/** One way of writing a name. */
function written(chance: Chance, first: string, last: string, known: boolean): string {
  const ways: (() => string)[] = [
    () => `${first} ${last}`,
    () => `${last}, ${first}`,
    () => `${last.toUpperCase()} ${first.toUpperCase()}`,
    () => `${first.toLowerCase()} ${last.toLowerCase()}`,
    () => `${first} ${last}`.normalize('NFD'),
    () => `${first} ${last}`.normalize('NFD').replace(/\p{M}/gu, ''),
    () => `${first}'s mother and ${last}’s father`,
    () => `${first[0]}. ${last}`,
    () => `Mrs ${last} (${first})`,
    () => JSON.stringify({ first_name: first, last_name: last }),
    () =>
      JSON.stringify({ patient: `${last} ${first}` }).replace(
        /[^ -~]/g,
        (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
      ),
    () => `${first}_${last}_wound.jpg`,
    () => `${first.slice(0, 2)}\u200b${first.slice(2)} ${last}`,
    ...(known ? [() => `${first}${last}`.toLowerCase()] : []),
  ];
  return chance.pick(ways)();
}

const phoneWays = (p: string): string[] => [
  p,
  `+234${p.slice(1)}`,
  `+234 (0) ${p.slice(1, 4)} ${p.slice(4, 7)} ${p.slice(7)}`,
  `234-${p.slice(1, 4)}-${p.slice(4, 7)}-${p.slice(7)}`,
  `${p.slice(0, 4)} ${p.slice(4, 7)} ${p.slice(7)}`,
  `(${p.slice(0, 4)}) ${p.slice(4)}`,
  `${p.slice(0, 4)}.${p.slice(4, 8)}.${p.slice(8)}`,
  `00234${p.slice(1)}`,
];
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
function dayWays(day: string): string[] {
  const [y = '', m = '', d = ''] = day.split('-');
  const month = MONTHS[Number(m) - 1] ?? '';
  return [
    day,
    `${d}/${m}/${y}`,
    `${Number(d)}.${Number(m)}.${y}`,
    `${Number(d)} ${month} ${y}`,
    `${month} ${Number(d)}, ${y}`,
    `${d}-${month.slice(0, 3)}-${y.slice(2)}`,
  ];
}
const numberWays = (n: string): string[] => [
  n,
  n.toLowerCase(),
  n.replaceAll('/', '-'),
  n.replaceAll('/', ' / '),
  n.replaceAll('/', ''),
];

const FILLER = [
  'Flame burns of 28 percent, resuscitated with Ringer lactate at 520 mL/h.',
  'Debrided twice; the graft took well and the donor site is dry.',
  'Hb 9.4 g/dL, urea 5.2, potassium 4.1; urine 0.7 mL/kg/h.',
  'Summarise for the handover, in three sentences.',
];

/** A question about somebody, and what of it must not leave. */
function question(chance: Chance, p: Somebody, other: Somebody, known: boolean) {
  const gone = { words: new Set<string>(), signs: new Set<string>(), digits: new Set<string>(), exact: new Set<string>() };
  const name = (row: Patch, isKnown: boolean): string => {
    const [first, last] = [str(row.first_name), str(row.last_name)];
    const way = written(chance, first, last, isKnown);
    for (const word of letters(last)) gone.words.add(word);
    // An initial stands for the first name in one of the ways.
    for (const word of letters(first)) gone.words.add(word);
    return way;
  };
  const lines: string[] = [`Patient ${name(p.row, known)} was seen.`];
  const put = (
    value: string,
    ways: readonly string[],
    into: 'signs' | 'digits' | 'exact',
    say: (way: string) => string,
  ): void => {
    if (value === '') return;
    const way = chance.pick(ways);
    gone[into].add(into === 'signs' ? signs(value) : into === 'digits' ? value.replace(/\D/g, '').slice(-9) : bare(way));
    lines.push(say(way));
  };
  if (chance.odds(0.7))
    put(str(p.row.hospital_number), numberWays(str(p.row.hospital_number)), 'signs', (w) => `Number ${w}, see folder.`);
  if (chance.odds(0.7)) put(str(p.row.phone), phoneWays(str(p.row.phone)), 'digits', (w) => `Reached on ${w}.`);
  if (chance.odds(0.6))
    put(str(p.row.date_of_birth), dayWays(str(p.row.date_of_birth)), 'exact', (w) => (known ? `Noted ${w}.` : `Born ${w}.`));
  if (chance.odds(0.6)) {
    const address = str(p.row.address);
    const ways = [address, address.toUpperCase(), address.replaceAll(',', '\n')];
    put(address, known ? ways : [address], 'exact', (w) => (known ? `From ${w}.` : `Address: ${w}`));
  }
  if (chance.odds(0.4))
    put(str(p.row.email), [str(p.row.email), str(p.row.email).toUpperCase()], 'exact', (w) => `Write to ${w}.`);
  if (chance.odds(0.5) && p.row.emergency_contact_name) {
    const [first = '', last = ''] = str(p.row.emergency_contact_name).split(' ');
    lines.push(`Brought in by ${name({ first_name: first, last_name: last }, known)}.`);
    put(str(p.row.emergency_contact_phone), phoneWays(str(p.row.emergency_contact_phone)), 'digits', (w) => `Kin: ${w}`);
  }
  if (chance.odds(0.5)) lines.push(`In the next bed: ${name(other.row, false)}.`);
  if (chance.odds(0.3))
    put(
      str(other.row.hospital_number),
      numberWays(str(other.row.hospital_number)),
      'signs',
      (w) => `Not to be confused with ${w}.`,
    );
  if (chance.odds(0.5)) {
    const [first = '', ...rest] = chance.pick(STAFF).split(' ');
    lines.push(`Seen by ${name({ first_name: first, last_name: rest.join(' ') }, false)}.`);
  }
  for (let i = 0; i < 3; i++) lines.splice(chance.below(lines.length + 1), 0, chance.pick(FILLER));
  return { text: lines.join('\n'), gone };
}

/** What of a person is still there. */
function leaks(text: string, gone: ReturnType<typeof question>['gone']): string[] {
  const left = text.replace(/\[[A-Z]+-\d+[A-Z]*\]/g, ' ');
  const words = new Set(letters(left));
  const lower = bare(left);
  return [
    ...[...gone.words].filter((word) => word.length >= 2 && (words.has(word) || (word.length >= 5 && lower.includes(word)))),
    ...[...gone.signs].filter((n) => signs(left).includes(n)),
    ...[...gone.digits].filter((n) => left.split('\n').some((line) => line.replace(/\D/g, '').includes(n))),
    ...[...gone.exact].filter((value) => lower.includes(value)),
  ];
}

test('nothing that says who somebody is leaves, in any spelling, and the answer has it back', async () => {
  const chance = chanceFrom(SEED + 1);
  let hidden = 0;
  for (let n = 0; n < QUESTIONS; n++) {
    const [p, other] = [chance.pick(people), chance.pick(people)];
    const known = chance.odds(0.6);
    const { text, gone } = question(chance, p, other, known);
    const stream = chance.odds(0.4);
    model.behave(echo(1 + chance.below(9)));
    const content = chance.odds(0.3) ? text.split('\n').map((line) => ({ type: 'text', text: line })) : text;
    const { status, text: answer } = await h.call('POST', '/api/ai/chat', {
      token,
      body: { messages: [{ role: 'user', content }], stream, ...(known ? { patient_id: p.id } : {}) },
    });
    expect(status, answer).toBe(200);
    const wire = model.last();
    const out = saidIn(wire);
    expect({ n, text, out, leaks: leaks(out, gone) }).toEqual({ n, text, out, leaks: [] });
    // No other part of the request carries anything either: not the address line, not a header, not a field.
    const rest = `${wire.path}\n${JSON.stringify({ ...wire.headers, host: '', authorization: '' })}\n${wire.text}`;
    expect([...gone.signs].filter((s) => s.length > 6 && signs(rest).includes(s))).toEqual([]);
    expect(wire.text).not.toContain(p.id);
    expect(stream ? spoken(answer) : (JSON.parse(answer) as Completion).choices[0]?.message.content).toBe(plainText(text));
    hidden += [...out.matchAll(/\[[A-Z]+-\d+[A-Z]*\]/g)].length;
  }
  expect(hidden).toBeGreaterThan(QUESTIONS * 3);
});

test('a question with more patients’ numbers than are looked up is refused, and nothing leaves', async () => {
  const numbers = Array.from({ length: 51 }, (_, i) => `MANY-${1000 + i}`);
  const actor = { user_id: h.admin, facility_id: h.facility, role: 'super_admin' as const };
  await writeAll(
    h.writer,
    { actor, origin: 'server' },
    numbers.map((hospital_number) => {
      return { kind: 'patients', id: h.writer.newId(), op: 'create', patch: somebody({ hospital_number }) };
    }),
  );
  const about = (list: readonly string[]) =>
    h.call('POST', '/api/ai/chat', { token, body: { messages: [{ role: 'user', content: list.join(', ') }] } });
  const before = model.heard.length;
  expect(await about(numbers)).toMatchObject({
    status: 400,
    body: { code: 'INVALID', fields: { messages: expect.stringContaining('patients') } },
  });
  expect(model.heard).toHaveLength(before);
  expect((await about(numbers.slice(1))).status).toBe(200);
  expect(model.last().text).not.toContain('MANY');
});

test('a patient is named by an id as it is kept', async () => {
  const body = { messages: [{ role: 'user', content: 'x' }], patient_id: '019A0000-0000-7000-8000-00000000000A' };
  expect(await h.call('POST', '/api/ai/chat', { token, body })).toMatchObject({
    status: 400,
    body: { code: 'INVALID', fields: { patient_id: expect.any(String) } },
  });
});

test('the checker sees a leak', () => {
  const chance = chanceFrom(SEED);
  const [p, other] = [people[0], people[1]];
  if (!p || !other) throw new Error('There are no patients.');
  for (let n = 0; n < 50; n++) {
    const { text, gone } = question(chance, p, other, true);
    expect(leaks(plainText(text), gone).length).toBeGreaterThan(1);
  }
});

interface Completion {
  choices: { message: { content: string } }[];
}

/** What a streamed answer says when its pieces are put together. */
function spoken(events: string): string {
  return events
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .map(
      (line) => (JSON.parse(line.slice(6)) as { choices: { delta: { content?: string } }[] }).choices[0]?.delta.content ?? '',
    )
    .join('');
}
