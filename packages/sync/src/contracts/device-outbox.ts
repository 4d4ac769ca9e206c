import {
  AT,
  applied,
  type DeviceCase,
  deferred,
  deviceCase,
  edits,
  midOf,
  patient,
  refused,
  settled,
} from './device-fixture.ts';
import { must, mustReject, same } from './must.ts';

const LATER = '2026-03-02T08:00:00.000Z';
const cseqs = (list: readonly { cseq: number }[]) => list.map((e) => e.cseq);

/** Cases about what is unsent, answered and refused (docs/sync.md, S1–S7, S48). */
export const outboxCases: readonly DeviceCase[] = [
  deviceCase('[S1] a saved group is in the outbox with its exact text, also after the app was ended', async (f) => {
    const entry = await f.store.save(edits(1, 1, 2));
    const store = await f.reopen();
    const [kept] = await store.outbox();
    same(kept, entry, 'what save returned is what is kept');
    same(kept, { ...edits(1, 1, 2), cseq: entry.cseq, state: 'waiting' }, 'group, text, signature and time are kept as given');
  }),

  deviceCase('[S1] a save writes nothing but the outbox', async (f) => {
    const store = await settled(f);
    const before = await store.serverRows('patients');
    await store.save(edits(1, 1));
    same(await store.serverRows('patients'), before, 'server copies do not move by a save');
    same(await store.acked(), [], 'the journal is empty');
    same(await store.attention(), [], 'attention is empty');
  }),

  deviceCase('[S2] cseq rises with every save and is never used twice, whoever saves', async (f) => {
    const other = await f.other();
    const first = await f.store.save(edits(1, 1));
    const second = await other.save(edits(2, 1));
    const third = await f.store.save(edits(3, 1));
    must(first.cseq >= 1 && first.cseq < second.cseq && second.cseq < third.cseq, 'cseq rises', [first, second, third]);
    await f.store.settle(
      [first, second, third].map((e, i) => ({ cseq: e.cseq, results: [applied(i + 1, 2)] })),
      1,
      AT,
    );
    const store = await f.reopen();
    await store.trimAcked('2027-01-01T00:00:00.000Z');
    const fourth = await store.save(edits(4, 1));
    must(fourth.cseq > third.cseq, 'an emptied outbox does not start again', fourth.cseq);
  }),

  deviceCase('[S2] saves made at the same time in two tabs get numbers of their own', async (f) => {
    const other = await f.other();
    const entries = await Promise.all([1, 2, 3, 4, 5, 6].map((n) => (n % 2 ? f.store : other).save(edits(n, 1))));
    same(new Set(cseqs(entries)).size, 6, 'six saves, six numbers');
    const kept = await other.outbox();
    same(
      cseqs(kept),
      [...cseqs(entries)].sort((a, b) => a - b),
      'the outbox is read in cseq order',
    );
  }),

  deviceCase('[S3] an acknowledgement moves no server copy', async (f) => {
    const store = await settled(f);
    const { cseq } = await store.save(edits(1, 1));
    const before = await store.serverRows('patients');
    await store.settle([{ cseq, results: [applied(1, 9)] }], 11, AT);
    same(await store.serverRows('patients'), before, 'copies are as before');
    same((await store.meta()).cursor, 10, 'the cursor is as before');
  }),

  deviceCase('[S6] applied, merged and conflicting groups go to the journal with answer, head and time', async (f) => {
    const first = await f.store.save(edits(1, 1, 2));
    const second = await f.store.save(edits(2, 1));
    const results = [applied(1, 2), { ...applied(1, 3, 1), status: 'merged' as const }];
    const parked = [{ mid: midOf(2), status: 'conflict' as const, conflict_id: midOf(9) }];
    await f.store.settle(
      [
        { cseq: first.cseq, results },
        { cseq: second.cseq, results: parked },
      ],
      17,
      LATER,
    );
    const store = await f.reopen();
    same(await store.outbox(), [], 'nothing waits');
    same(
      await store.acked(),
      [
        { ...edits(1, 1, 2), cseq: first.cseq, results, acked_at: LATER, head: 17 },
        { ...edits(2, 1), cseq: second.cseq, results: parked, acked_at: LATER, head: 17 },
      ],
      'the journal keeps group, answer, time and head',
    );
  }),

  deviceCase('[S6] one refused mutation takes the whole group to attention, with code and sentence', async (f) => {
    const { cseq } = await f.store.save(edits(1, 1, 2));
    const results = [refused(1, 'GROUP_REFUSED'), refused(1, 'INVALID', 1)];
    await f.store.settle([{ cseq, results }], 5, LATER);
    const store = await f.reopen();
    same(await store.outbox(), [], 'it left the outbox');
    same(await store.acked(), [], 'it is not in the journal');
    same(await store.attention(), [{ ...edits(1, 1, 2), cseq, results, refused_at: LATER }], 'attention keeps it in full');
  }),

  deviceCase('[S6] deferred groups stay, are marked, and can be made ready again', async (f) => {
    const first = await f.store.save(edits(1, 1));
    const second = await f.store.save(edits(2, 1));
    await f.store.settle([{ cseq: first.cseq, results: [deferred(1)] }], 5, AT);
    const store = await f.reopen();
    const states = async () => (await store.outbox()).map((e) => [e.cseq, e.state]);
    same(
      await states(),
      [
        [first.cseq, 'deferred'],
        [second.cseq, 'waiting'],
      ],
      'only the deferred one is marked',
    );
    await store.retryDeferred();
    same(
      await states(),
      [
        [first.cseq, 'waiting'],
        [second.cseq, 'waiting'],
      ],
      'both wait again',
    );
  }),

  deviceCase('[S5] an answer that was given twice, or for nothing known, changes nothing', async (f) => {
    const { cseq } = await f.store.save(edits(1, 1));
    const second = await f.store.save(edits(2, 1));
    await f.store.settle([{ cseq, results: [applied(1, 2)] }], 5, AT);
    const journal = await f.store.acked();
    await f.store.settle(
      [
        { cseq, results: [refused(1)] },
        { cseq: 999, results: [refused(1)] },
      ],
      9,
      LATER,
    );
    same(await f.store.acked(), journal, 'the journal is as before');
    same(await f.store.attention(), [], 'attention is empty');
    same(cseqs(await f.store.outbox()), [second.cseq], 'the other group waits');
  }),

  deviceCase('[S6] mending a refused group saves the new one and takes the old one out in one step', async (f) => {
    const { cseq } = await f.store.save(edits(1, 1));
    await f.store.settle([{ cseq, results: [refused(1)] }], 5, AT);
    const mended = await f.store.save(edits(2, 1), { group: edits(1, 1).group.group });
    const store = await f.reopen();
    same(await store.attention(), [], 'attention is empty');
    same(cseqs(await store.outbox()), [mended.cseq], 'the new group waits');
  }),

  deviceCase('[S6] what another tab mended cannot be mended again', async (f) => {
    const other = await f.other();
    const { cseq } = await f.store.save(edits(1, 1));
    await f.store.settle([{ cseq, results: [refused(1)] }], 5, AT);
    await f.store.save(edits(2, 1), { group: edits(1, 1).group.group });
    await mustReject(other.save(edits(3, 1), { group: edits(1, 1).group.group }), 'the second mend is refused', 'NOT_FOUND');
    same((await other.outbox()).length, 1, 'and nothing of it is kept');
  }),

  deviceCase('[S7] an entry that cannot be read is set aside and does not stop the others', async (f) => {
    const first = await f.store.save(edits(1, 1));
    const second = await f.store.save(edits(2, 2));
    await f.damage(first.cseq);
    const store = await f.reopen();
    same(cseqs(await store.outbox()), [second.cseq], 'the readable one is still sent');
    const aside = await store.attention();
    same(cseqs(aside), [first.cseq], 'the unreadable one is in attention');
    same(
      aside[0]?.results.map((r) => [r.status, r.code]),
      [['refused', 'UNREADABLE']],
      'with its code',
    );
    must((await store.save(edits(3, 1))).cseq > second.cseq, 'saving goes on');
    const again = await f.reopen();
    same(cseqs(await again.attention()), [first.cseq], 'it is kept as it is');
  }),

  deviceCase('the journal is trimmed by age, never before the cursor has reached its head', async (f) => {
    const store = await settled(f);
    const first = await store.save(edits(1, 1));
    const second = await store.save(edits(2, 1));
    const third = await store.save(edits(3, 1));
    await store.settle([{ cseq: first.cseq, results: [applied(1, 2)] }], 10, AT);
    await store.settle([{ cseq: second.cseq, results: [applied(2, 3)] }], 11, AT);
    await store.settle([{ cseq: third.cseq, results: [applied(3, 4)] }], 10, LATER);
    await store.trimAcked(LATER);
    same(cseqs(await store.acked()), [second.cseq, third.cseq], 'old and received goes; unreceived and young stay');
  }),

  deviceCase('[S48] a new epoch keeps the outbox and sends the journal since the restore point again', async (f) => {
    const store = await settled(f);
    const before = await store.save(edits(1, 1));
    const after = await store.save(edits(2, 1, 2));
    await store.settle([{ cseq: before.cseq, results: [applied(1, 2)] }], 11, AT);
    await store.settle([{ cseq: after.cseq, results: [applied(2, 2), applied(2, 2, 1)] }], 12, LATER);
    const bad = await store.save(edits(3, 1));
    await store.settle([{ cseq: bad.cseq, results: [refused(3)] }], 12, LATER);
    const unsent = await store.save(edits(4, 1));
    await store.newEpoch(midOf(0xff), LATER);
    const again = await f.reopen();
    const meta = await again.meta();
    same([meta.epoch, meta.cursor, meta.held], [midOf(0xff), null, []], 'cursor and held scopes are gone');
    same(await again.serverRows('patients'), [], 'copies are gone');
    same(
      await again.outbox(),
      [
        { ...edits(2, 1, 2), cseq: after.cseq, state: 'waiting' },
        { ...edits(4, 1), cseq: unsent.cseq, state: 'waiting' },
      ],
      'what was acknowledged at or after the restore point waits again, as it was',
    );
    same(cseqs(await again.acked()), [before.cseq], 'older answers stay');
    same(cseqs(await again.attention()), [bad.cseq], 'attention stays');
  }),

  deviceCase('[S48] the epoch already held, and no restore point, send nothing again', async (f) => {
    const store = await settled(f);
    const { cseq } = await store.save(edits(1, 1));
    await store.settle([{ cseq, results: [applied(1, 2)] }], 11, AT);
    const epoch = (await store.meta()).epoch ?? '';
    await store.newEpoch(epoch, '1970-01-01T00:00:00.000Z');
    same((await store.meta()).cursor, 10, 'the same epoch changes nothing');
    same(await store.outbox(), [], 'and sends nothing');
    await store.newEpoch(midOf(0xfe), null);
    same(await store.outbox(), [], 'without a restore point nothing returns');
    same(cseqs(await store.acked()), [cseq], 'and the journal stays');
  }),

  deviceCase('[S48] an answer of another epoch settles nothing', async (f) => {
    const store = await settled(f);
    const { cseq } = await store.save(edits(1, 1));
    await store.settle([{ cseq, results: [applied(1, 2)] }], 11, AT, midOf(0xfd));
    same(cseqs(await store.outbox()), [cseq], 'the group still waits');
    const epoch = (await store.meta()).epoch ?? '';
    await store.settle([{ cseq, results: [applied(1, 2)] }], 11, AT, epoch);
    same(await store.outbox(), [], 'the answer of this epoch counts');
  }),

  deviceCase('[S46] dropping a scope leaves own unsent, refused and journal entries alone', async (f) => {
    const store = await settled(f);
    await store.applyPage(10, { rows: { patients: [patient(1, 2)] }, gone: [], next: 11 });
    const a = await store.save(edits(1, 1));
    const b = await store.save(edits(2, 1));
    const c = await store.save(edits(3, 1));
    await store.settle([{ cseq: a.cseq, results: [applied(1, 2)] }], 12, AT);
    await store.settle([{ cseq: b.cseq, results: [refused(2)] }], 12, AT);
    await store.dropScopes(['ref', 'identity']);
    const again = await f.reopen();
    same(cseqs(await again.acked()), [a.cseq], 'journal');
    same(cseqs(await again.attention()), [b.cseq], 'attention');
    same(cseqs(await again.outbox()), [c.cseq], 'outbox');
  }),
];
