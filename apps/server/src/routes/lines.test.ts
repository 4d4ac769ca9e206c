import type { Actor } from '@psa/domain';
import { type Caller, type Life, PROTOCOL_VERSION, ServerEnd } from '@psa/sync';
import { expect, test } from 'vitest';
import type { Changes } from '../db/pull.ts';
import { type Line, Lines } from './lines.ts';

const LIFE: Life = { epoch: 'one', restored_to: null, since: '2026-01-01T00:00:00.000Z', earlier: [] };
const actor: Actor = { user_id: 'u', facility_id: 'f', role: 'consultant' };
const caller: Caller = { actor, device: 'd', device_state: 'active', address: null, user_agent: null };

/** The lines of a facility whose changes are read when the test says so. */
function facility() {
  const state = { head: 5, reads: 0, reported: 0, closed: 0 };
  let read: (changes: Changes) => void = () => undefined;
  let asked: () => void = () => undefined;
  const store = {
    head: async () => state.head,
    digest: async () => ({ head: 0, kinds: {} }),
    changes: () => {
      state.reads++;
      return new Promise<{ life: Life; changes: Changes }>((done) => {
        read = (changes) => done({ life: LIFE, changes });
        asked();
      });
    },
  };
  const end = new ServerEnd(store as never, { now: () => LIFE.since } as never);
  const lines = new Lines('f', { store, end, report: () => state.reported++ });
  const open = async (change: Partial<Line> = {}) => {
    const told: string[] = [];
    const line: Line = {
      schema: PROTOCOL_VERSION,
      unread: () => 0,
      caller: async () => caller,
      send: (text) => void told.push(text.replaceAll('\n', ' ').trim()),
      close: () => state.closed++,
      ...change,
    };
    await lines.add(line);
    return told;
  };
  const reading = () =>
    new Promise<void>((reached) => {
      asked = reached;
    });
  return { state, lines, open, reading, answer: (changes: Partial<Changes>) => read({ ...NOTHING, ...changes }) };
}
const NOTHING: Changes = { next: 6, more: false, kinds: [], gone: [] };
const turns = () => new Promise<void>((done) => setImmediate(done));
const isPage = (text: string | undefined) => text?.startsWith('event: page') === true;

test('[S53] changes are read once for all who listen; what is committed meanwhile shares the next event', async () => {
  const f = facility();
  const [one, two] = [await f.open(), await f.open()];
  const began = f.reading();
  f.lines.moved(6);
  await began;
  f.lines.moved(7);
  f.lines.moved(8);
  const next = f.reading();
  f.answer({ next: 6 });
  await next;
  f.answer({ next: 8 });
  await turns();
  expect(f.state.reads).toBe(2);
  for (const told of [one, two]) {
    expect(told).toHaveLength(3);
    expect(told.slice(1).every(isPage)).toBe(true);
    expect(told[2]).toContain('"from":6,"next":8');
  }
});

test('[S51] whoever comes while changes are read is told of them too', async () => {
  const f = facility();
  const first = await f.open();
  const began = f.reading();
  f.lines.moved(6);
  await began;
  const late = await f.open();
  // Committed after the late one was told the number, and read with the others: its own notice says nothing new.
  f.state.head = 7;
  f.answer({ next: 7 });
  await turns();
  f.lines.moved(7);
  await turns();
  expect(isPage(first.at(-1))).toBe(true);
  expect(late).toEqual(['event: moved data: {"seq":5}', 'event: moved data: {"seq":7}']);
  expect(f.state.reads).toBe(1);
});

test('[S51] when notices may have been missed, all are told the next number and go on from there', async () => {
  const f = facility();
  const told = await f.open();
  f.lines.forget();
  f.lines.moved(3);
  await turns();
  const began = f.reading();
  f.lines.moved(4);
  await began;
  f.answer({ next: 4 });
  await turns();
  expect(told[1]).toBe('event: moved data: {"seq":3}');
  expect(told[2]).toContain('"from":3,"next":4');
});

test('[S53] what cannot be read, told apart or kept up with is told as a number', async () => {
  const f = facility();
  const told = await f.open();
  const sleeps = await f.open({ unread: () => 1e6 });
  const gone = await f.open({ caller: () => Promise.reject(new Error('signed out')) });
  const began = f.reading();
  f.lines.moved(6);
  await began;
  // A row without a scope.
  f.answer({ next: 6, kinds: [{ kind: 'patients', ids: '{a,b}', scopes: '{identity}', texts: ['{}', '{}'] }] });
  await turns();
  for (const line of [told, sleeps, gone]) expect(line.at(-1)).toBe('event: moved data: {"seq":6}');
  expect(f.state).toMatchObject({ reported: 1, closed: 1 });
});
