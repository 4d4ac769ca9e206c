import pg from 'pg';
import { expect, test } from 'vitest';
import { Gather } from './gather.ts';

interface Asked {
  of: string;
  ids: readonly string[];
  answer(found?: Readonly<Record<string, string>>): void;
  fail(error: Error): void;
}

/** Statements that end when the test says so. */
function desk() {
  const asked: Asked[] = [];
  const gather = new Gather<string>(
    (facility, kind, ids) =>
      new Promise((resolve, reject) => {
        const answer = (found = Object.fromEntries(ids.map((id) => [id, `row ${id}`]))) =>
          resolve(new Map(Object.entries(found)));
        asked.push({ of: `${facility}/${kind}`, ids, answer, fail: reject });
      }),
  );
  return { gather, asked };
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const saidBy = (code: string) => Object.assign(new pg.DatabaseError('refused', 0, 'error'), { code });

test('what is asked in one turn shares a statement, and everyone gets their own, in whatever order it is answered', async () => {
  const { gather, asked } = desk();
  const all = ['a', 'b', 'none', 'a'].map((id) => gather.get('f', 'patients', id));
  await turn();
  expect(asked.map(({ ids }) => ids)).toEqual([['a', 'b', 'none']]);
  asked[0]?.answer({ b: 'row b', a: 'row a' });
  expect(await Promise.all(all)).toEqual(['row a', 'row b', undefined, 'row a']);
});

test('a single reading does not wait for others', async () => {
  const { gather, asked } = desk();
  const one = gather.get('f', 'patients', 'a');
  await turn();
  asked[0]?.answer();
  expect(await one).toBe('row a');
});

test('hospitals and kinds never share a statement', async () => {
  const { gather, asked } = desk();
  const all = [gather.get('f', 'patients', 'a'), gather.get('g', 'patients', 'a'), gather.get('f', 'consents', 'a')];
  await turn();
  expect(asked.map(({ of }) => of)).toEqual(['f/patients', 'g/patients', 'f/consents']);
  asked.forEach((one, i) => {
    one.answer({ a: `row of ${i}` });
  });
  expect(await Promise.all(all)).toEqual(['row of 0', 'row of 1', 'row of 2']);
});

test('what is asked later is never answered by a statement that began before', async () => {
  const { gather, asked } = desk();
  const before = gather.get('f', 'patients', 'a');
  await turn();
  const after = gather.get('f', 'patients', 'a');
  asked[0]?.answer({ a: 'old' });
  expect(await before).toBe('old');
  await turn();
  asked[1]?.answer({ a: 'new' });
  expect(await after).toBe('new');
});

test('two statements are under way at most; those that wait share the next, a hundred of them', async () => {
  const { gather, asked } = desk();
  const all = [gather.get('f', 'patients', 'x')];
  await turn();
  all.push(gather.get('f', 'patients', 'y'));
  await turn();
  for (let n = 0; n < 150; n++) all.push(gather.get('f', 'patients', String(n)));
  await turn();
  expect(asked).toHaveLength(2);
  asked[0]?.answer();
  asked[1]?.answer();
  await Promise.all(all.slice(0, 2));
  await turn();
  await turn();
  expect(asked.map(({ ids }) => ids.length)).toEqual([1, 1, 100, 50]);
  asked[2]?.answer();
  asked[3]?.answer();
  expect((await Promise.all(all)).slice(2)).toEqual(Array.from({ length: 150 }, (_, n) => `row ${n}`));
});

test('a row that cannot be read is its asker’s alone: the others are asked for one by one', async () => {
  const { gather, asked } = desk();
  const [bad, good] = [gather.get('f', 'patients', 'bad'), gather.get('f', 'patients', 'good')];
  const told = expect(bad).rejects.toThrow('refused');
  await turn();
  asked[0]?.fail(saidBy('XX001'));
  await turn();
  expect(asked[1]?.ids).toEqual(['bad']);
  asked[1]?.fail(saidBy('XX001'));
  await told;
  await turn();
  expect(asked[2]?.ids).toEqual(['good']);
  asked[2]?.answer();
  expect(await good).toBe('row good');
});

test.each([
  ['was lost', new Error('Connection terminated unexpectedly')],
  ['is stopping', saidBy('57P01')],
])(
  'when the database %s, all who share the statement are told at once, and the next is asked for anew',
  async (_what, error) => {
    const { gather, asked } = desk();
    const all = Promise.allSettled([gather.get('f', 'patients', 'a'), gather.get('f', 'patients', 'b')]);
    await turn();
    asked[0]?.fail(error);
    expect((await all).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const next = gather.get('f', 'patients', 'a');
    await turn();
    expect(asked).toHaveLength(2);
    asked[1]?.answer();
    expect(await next).toBe('row a');
  },
);
