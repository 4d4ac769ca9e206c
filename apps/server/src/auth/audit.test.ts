import type { AuditEntry } from '@psa/sync';
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

test('a shared write that fails is tried again one by one: only the bad entry is lost to its asker', async () => {
  const { audit, written } = desk();
  const [bad, good] = [audit.add('f', entry('bad')), audit.add('f', entry('good'))];
  const told = expect(bad).rejects.toThrow('cannot be kept');
  await turn();
  expect(written[0]?.actions).toEqual(['bad', 'good']);
  written[0]?.end(new Error('ended for another'));
  await turn();
  written[1]?.end(new Error('cannot be kept'));
  await told;
  await turn();
  written[2]?.end();
  await expect(good).resolves.toBeUndefined();
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
