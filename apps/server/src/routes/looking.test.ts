import Fastify from 'fastify';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { keepLooking } from './looking.ts';

beforeEach(
  () => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] }),
);
afterEach(() => void vi.useRealTimers());

/** A look that ends when it is told to. */
function looks() {
  const app = Fastify();
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const one = (facility: string) =>
    new Promise<number>((done) => {
      begun.push(facility);
      ends.push(() => done(0));
    });
  const looking = keepLooking(app, 'not looked', 3_600_000, { all: async () => 0, one });
  return { app, begun, ends, looking };
}

test('fifty who ask while one is looked for share the next look, after a rest; another hospital waits for none of it', async () => {
  const { app, begun, ends, looking } = looks();
  for (let i = 0; i < 50; i++) looking.soon('a');
  expect(begun, 'the first at once').toEqual(['a']);
  looking.soon('b');
  expect(begun).toEqual(['a', 'b']);
  ends[0]?.();
  await vi.advanceTimersByTimeAsync(999);
  looking.soon('a');
  expect(begun).toEqual(['a', 'b']);
  await vi.advanceTimersByTimeAsync(1);
  expect(begun, 'one for all of them').toEqual(['a', 'b', 'a']);
  ends[2]?.();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(begun, 'nobody asked again').toEqual(['a', 'b', 'a']);
  looking.soon('a');
  expect(begun).toHaveLength(4);
  for (const end of ends) end();
  await app.close();
});

test('a look that took long is followed by a rest four times as long', async () => {
  const { app, begun, ends, looking } = looks();
  looking.soon('a');
  await vi.advanceTimersByTimeAsync(2_000);
  looking.soon('a');
  ends[0]?.();
  await vi.advanceTimersByTimeAsync(7_999);
  expect(begun).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(begun).toHaveLength(2);
  for (const end of ends) end();
  await app.close();
});

test('closing waits for the look that is under way, and none follows', async () => {
  const { app, begun, ends, looking } = looks();
  await app.ready();
  looking.soon('a');
  looking.soon('a');
  const closed = app.close();
  ends[0]?.();
  await closed;
  await vi.advanceTimersByTimeAsync(60_000);
  looking.soon('a');
  looking.soon('b');
  expect(begun).toEqual(['a']);
});
