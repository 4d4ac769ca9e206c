import type { AuditEntry } from '@psa/sync';
import pg from 'pg';
import { expect, test } from 'vitest';
import { Audit, auditEntry } from './audit.ts';

const entry = (action: string): AuditEntry => auditEntry(action, 0, { address: '127.0.0.1', agent: '' });

/** Writes that end when the test says so. */
function desk() {
  const written: { facility: string; actions: string[]; end: (error?: Error) => void }[] = [];
  const audit = new Audit(
    (facility, entries) =>
      new Promise<void>((resolve, reject) => {
        const end = (error?: Error) => (error ? reject(error) : resolve());
        written.push({ facility, actions: entries.map((e) => e.action), end });
      }),
  );
  return { audit, written };
}
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

test('entries that come while others are being written share the next write', async () => {
  const { audit, written } = desk();
  const all = [audit.add('f', entry('1')), audit.add('f', entry('2'))];
  await turn();
  await turn();
  for (let n = 3; n <= 50; n++) all.push(audit.add('f', entry(String(n))));
  await turn();
  await turn();
  for (const one of written) one.end();
  await Promise.all(all);
  expect(written.length).toBeLessThanOrEqual(3);
  expect(written.flatMap((w) => w.actions)).toHaveLength(50);
});

test('whoever waits learns that an entry could not be kept, and the next ones are written all the same', async () => {
  const { audit, written } = desk();
  const first = audit.add('f', entry('lost'));
  await turn();
  written[0]?.end(new Error('disk full'));
  await expect(first).rejects.toThrow('disk full');
  const second = audit.add('f', entry('kept'));
  await turn();
  written[1]?.end();
  await expect(second).resolves.toBeUndefined();
});

/** What PostgreSQL says, with its code. */
const saidBy = (code: string, message: string) => Object.assign(new pg.DatabaseError(message, 0, 'error'), { code });

test.each(['22P05', '23514'])(
  'a fault of an entry (%s) is its asker’s alone: the others are tried one by one',
  async (code) => {
    const { audit, written } = desk();
    const [bad, good] = [audit.add('f', entry('bad')), audit.add('f', entry('good'))];
    const told = expect(bad).rejects.toThrow('cannot be kept');
    await turn();
    expect(written[0]?.actions).toEqual(['bad', 'good']);
    written[0]?.end(saidBy(code, 'one of them'));
    await turn();
    written[1]?.end(saidBy(code, 'cannot be kept'));
    await told;
    await turn();
    written[2]?.end();
    await expect(good).resolves.toBeUndefined();
  },
);

test.each([
  ['the line broke', new Error('away')],
  ['PostgreSQL stops', saidBy('57P01', 'away')],
])('when the database is away (%s), all who share a write are told at once, and it is not tried for each', async (_, error) => {
  const { audit, written } = desk();
  const all = [1, 2, 3].map((n) => expect(audit.add('f', entry(String(n)))).rejects.toThrow('away'));
  await turn();
  written[0]?.end(error);
  await Promise.all(all);
  await turn();
  expect(written).toHaveLength(1);
});

test('when the database goes away while entries are tried one by one, those that are left are told at once', async () => {
  const { audit, written } = desk();
  const all = [1, 2, 3].map((n) => expect(audit.add('f', entry(String(n)))).rejects.toThrow(n === 1 ? 'bad' : 'away'));
  await turn();
  written[0]?.end(saidBy('22P05', 'one of them'));
  await turn();
  written[1]?.end(saidBy('22P05', 'bad'));
  await turn();
  written[2]?.end(new Error('away'));
  await Promise.all(all);
  expect(written).toHaveLength(3);
});

test('two facilities never share a write', async () => {
  const { audit, written } = desk();
  const all = [audit.add('a', entry('1')), audit.add('b', entry('2')), audit.add('a', entry('3'))];
  await turn();
  written[0]?.end();
  await turn();
  for (const one of written) one.end();
  await Promise.all(all);
  expect(written.map((w) => [w.facility, w.actions])).toEqual([
    ['a', ['1', '3']],
    ['b', ['2']],
  ]);
});
