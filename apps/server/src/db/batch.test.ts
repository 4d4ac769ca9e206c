import { type Effects, type Loaded, type Need, NO_EFFECTS } from '@psa/sync';
import { expect, test } from 'vitest';
import { GroupCommit, type Member, type Outcome, type Runner, type Share } from './batch.ts';

const needOf = (...rows: string[]): Need => ({
  mids: [],
  rows: rows.map((id) => ({ kind: 'patients', id })),
  among: [],
  quarantined: [],
});
const wrote = (say: string): Effects => ({ ...NO_EFFECTS, closed: [{ mid: say, state: 'judged' }] });
const NOTHING_LOADED = {} as Loaded;

/** A database that ends a transaction when it is told to. Members are named by what they write. */
function stage() {
  const begun: { names: string[]; commit: () => void; fail: (error: unknown) => void }[] = [];
  const awaited: (() => void)[] = [];
  const shareOf = ({ decide }: Member): Share => {
    try {
      return { effects: decide(NOTHING_LOADED) };
    } catch (thrown) {
      return { thrown };
    }
  };
  const nameOf = (share: Share) => ('effects' in share ? (share.effects.closed[0]?.mid ?? '') : 'thrown');
  const begin = (members: readonly Member[]) =>
    new Promise<Share[]>((done, failed) => {
      const shares = members.map(shareOf);
      begun.push({ names: shares.map(nameOf), commit: () => done(shares), fail: failed });
      for (const heard of awaited.splice(0)) heard();
    });
  const runner: Runner = {
    together: (_facility, members) => begin(members),
    splits: (error) => (error === 'lost' ? 'no' : error === 'locked' ? 'singles' : 'halves'),
    alone: async (_facility, member, first) => {
      const [share] = await (first ?? begin([member])).catch(() => begin([member]));
      if (share && 'effects' in share) return { broken: null, effects: share.effects };
      throw share?.thrown;
    },
  };
  return {
    runner,
    /** The n-th transaction, from 0, when it has begun. */
    async begun(n: number) {
      while (begun.length <= n) await new Promise<void>((heard) => awaited.push(heard));
      return begun[n] as (typeof begun)[number];
    },
    names: () => begun.map(({ names }) => names),
  };
}

const add = (line: GroupCommit, say: string, ...rows: string[]): Promise<Outcome> =>
  line.add('F', { need: needOf(...rows), decide: () => wrote(say) });
const ended = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

test('what arrives together shares a transaction; what arrives during two shares the third', async () => {
  const on = stage();
  const line = new GroupCommit(on.runner);
  const first = [add(line, 'a', '1'), add(line, 'b', '2')];
  const one = await on.begun(0);
  const second = [add(line, 'c', '3')];
  const two = await on.begun(1);
  const third = [add(line, 'd', '4'), add(line, 'e', '5'), add(line, 'f', '6')];
  await ended();
  expect(on.names()).toEqual([['a', 'b'], ['c']]);
  one.commit();
  const three = await on.begun(2);
  expect(three.names).toEqual(['d', 'e', 'f']);
  two.commit();
  three.commit();
  const outcomes = await Promise.all([...first, ...second, ...third]);
  expect(outcomes.map((o) => o.effects.closed[0]?.mid)).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
});

test('two that have something in common never share, and nobody passes an earlier one', async () => {
  const on = stage();
  const line = new GroupCommit(on.runner);
  const all = [add(line, 'a', '1'), add(line, 'b', '1', '2'), add(line, 'c', '2'), add(line, 'd', '3')];
  const one = await on.begun(0);
  await ended();
  expect(on.names()).toEqual([['a', 'd']]);
  one.commit();
  const two = await on.begun(1);
  await ended();
  expect(two.names).toEqual(['b']);
  two.commit();
  (await on.begun(2)).commit();
  await Promise.all(all);
  expect(on.names()).toEqual([['a', 'd'], ['b'], ['c']]);
});

test.each([
  ['mids', { mids: ['x'] }],
  ['among', { among: [{ kind: 'patients', field: 'phone', value: 'x' }] }],
  ['quarantined', { quarantined: [{ kind: 'patients', id: 'x' }] }],
])('%s in common keep two apart as well', async (_what, part) => {
  const on = stage();
  const line = new GroupCommit(on.runner);
  const need = { ...needOf(), ...part };
  const all = ['a', 'b'].map((say) => line.add('F', { need, decide: () => wrote(say) }));
  (await on.begun(0)).commit();
  (await on.begun(1)).commit();
  await Promise.all(all);
  expect(on.names()).toEqual([['a'], ['b']]);
});

test('facilities never share', async () => {
  const on = stage();
  const line = new GroupCommit(on.runner);
  const all = ['F', 'G'].map((facility) => line.add(facility, { need: needOf(), decide: () => wrote(facility) }));
  (await on.begun(0)).commit();
  (await on.begun(1)).commit();
  await Promise.all(all);
  expect(on.names()).toEqual([['F'], ['G']]);
});

test('nobody has an answer before the commit, and a thrown judgement is told to its own member only', async () => {
  const on = stage();
  const line = new GroupCommit(on.runner);
  const fault = new Error('planted');
  const told: string[] = [];
  const good = add(line, 'a', '1').then(() => told.push('a'));
  const bad = line.add('F', {
    need: needOf('2'),
    decide: () => {
      throw fault;
    },
  });
  const refused = expect(bad).rejects.toBe(fault);
  const one = await on.begun(0);
  await ended();
  expect([one.names, told]).toEqual([['a', 'thrown'], []]);
  one.commit();
  await Promise.all([good, refused]);
});

test('a failed transaction is taken apart until the one at fault is alone; the others are written', async () => {
  const on = stage();
  const line = new GroupCommit(on.runner);
  const all = Promise.all(['a', 'b', 'c', 'd'].map((say) => add(line, say, say)));
  (await on.begun(0)).fail('constraint');
  const [left, right] = [await on.begun(1), await on.begun(2)];
  expect([left.names, right.names]).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ]);
  left.commit();
  right.fail('constraint');
  (await on.begun(3)).commit();
  (await on.begun(4)).commit();
  expect((await all).map((o) => o.effects.closed[0]?.mid)).toEqual(['a', 'b', 'c', 'd']);
});

test('who met a lock that somebody holds waits for it alone, and the lane goes on without it', async () => {
  const on = stage();
  const line = new GroupCommit(on.runner);
  const all = [add(line, 'a', '1'), add(line, 'b', '2')];
  (await on.begun(0)).fail('locked');
  const [a, b] = [await on.begun(1), await on.begun(2)];
  b.commit();
  await all[1];
  const later = [add(line, 'c', '3'), add(line, 'd', '1')];
  (await on.begun(3)).commit();
  await later[0];
  a.commit();
  await all[0];
  (await on.begun(4)).commit();
  await later[1];
  expect(on.names()).toEqual([['a', 'b'], ['a'], ['b'], ['c'], ['d']]);
});

test('when nobody knows what was written, all are told so and nothing is tried again', async () => {
  const on = stage();
  const line = new GroupCommit(on.runner);
  const all = ['a', 'b'].map((say) => expect(add(line, say, say)).rejects.toBe('lost'));
  (await on.begun(0)).fail('lost');
  await Promise.all(all);
  await ended();
  expect(on.names()).toEqual([['a', 'b']]);
});

test('a batch has its bounds: members, and rows', async () => {
  const on = stage();
  const line = new GroupCommit(on.runner);
  const many = Array.from({ length: 70 }, (_, i) => add(line, `m${i}`, `m${i}`));
  const one = await on.begun(0);
  const two = await on.begun(1);
  expect([one.names.length, two.names.length]).toEqual([64, 6]);
  const large = Array.from({ length: 3 }, (_, i) =>
    add(line, `l${i}`, ...Array.from({ length: 500 }, (_x, n) => `l${i}-${n}`)),
  );
  one.commit();
  two.commit();
  const three = await on.begun(2);
  expect(three.names).toEqual(['l0', 'l1']);
  three.commit();
  (await on.begun(3)).commit();
  await Promise.all([...many, ...large]);
});
