import { expect, test } from 'vitest';
import { type DraftRoom, Drafts, type Kept } from './drafts.ts';

/** A room that keeps drafts in memory, and says how often it wrote. */
function roomOf(kept = new Map<string, Kept>()) {
  let writes = 0;
  const room: DraftRoom = {
    read: async (key) => kept.get(key) ?? null,
    write: async (key, value) => {
      writes++;
      kept.set(key, value);
    },
    remove: async (key) => {
      kept.delete(key);
    },
  };
  return { room, kept, writes: () => writes };
}
const fail = (error: unknown): never => {
  throw error;
};
const draftsIn = (room: DraftRoom): Drafts => {
  const drafts = new Drafts(() => Date.UTC(2026, 2, 1), fail);
  drafts.enter(room);
  return drafts;
};
const next = (drafts: Drafts, key: string): Promise<Kept | null> =>
  new Promise((done) => {
    const end = drafts.watch(key, (kept) => {
      end();
      done(kept);
    });
  });

test('keystrokes are stored once they rest, and the form is told when', async () => {
  const { room, kept, writes } = roomOf();
  const drafts = draftsIn(room);
  expect(await next(drafts, 'form')).toBeNull();
  const told = new Promise<Kept | null>((done) => drafts.watch('form', (k) => k && done(k)));
  for (const text of ['A', 'Ad', 'Ada']) drafts.keep('form', { text });
  expect(kept.size).toBe(0);
  expect(await told).toEqual({ value: { text: 'Ada' }, kept_at: '2026-03-01T00:00:00.000Z' });
  expect(writes()).toBe(1);
});

test('leaving the page or the room stores what waits at once', async () => {
  const { room, kept } = roomOf();
  const drafts = draftsIn(room);
  drafts.keep('form', 'on the way out');
  await drafts.flush();
  expect(kept.get('form')?.value).toBe('on the way out');
  drafts.keep('other', 'locked');
  await drafts.leave();
  expect(kept.get('other')?.value).toBe('locked');
  // Nobody is in: nothing can be kept under anybody's key.
  drafts.keep('late', 'x');
  await drafts.flush();
  expect(kept.has('late')).toBe(false);
});

test('a dropped draft stays dropped, whatever was still waiting', async () => {
  const { room, kept } = roomOf(new Map([['form', { value: 'old', kept_at: '' }]]));
  const drafts = draftsIn(room);
  drafts.keep('form', 'typed just before the save');
  await drafts.drop('form');
  await drafts.flush();
  expect(kept.has('form')).toBe(false);
  expect(await next(drafts, 'form')).toBeNull();
});
