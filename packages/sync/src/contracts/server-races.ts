import { keyOf, NO_EFFECTS } from '../server/store.ts';
import { must, same } from './must.ts';
import { NOTHING, type ServerCase, serverCase, type Ward } from './server-fixture.ts';

const WRITERS = 16;
const EACH = 4;

/** Several transactions at once. */
export const serverRaces: ServerCase[] = [
  serverCase('[S20] writers of one row: each is decided on what the one before it wrote', async (w) => {
    const made = w.patient('H1', { phone: '0' });
    await w.write([made]);
    const need = { ...NOTHING, rows: [{ kind: 'patients', id: made.after.id }] };
    const one = () =>
      w.f.store.transact(w.facility, need, (loaded) => {
        const stored = loaded.rows.get(keyOf('patients', made.after.id));
        must(stored, 'the row is not there');
        const phone = String(Number(stored.row.phone) + 1);
        return { ...NO_EFFECTS, writes: [w.changed('patients', stored, { phone })] };
      });
    await Promise.all(Array.from({ length: 8 }, one));
    const { row } = (await w.row('patients', made.after.id)) ?? {};
    same([row?.phone, row?.row_version], ['8', 9], 'phone and version after eight increments');
  }),

  serverCase('[S21] the same mutation at once: it happens once, and all get the same answer', async (w) => {
    const [mid, patient] = [w.f.newId(), w.patient('H1')];
    const result = { mid, status: 'applied' as const, version: 1 };
    const seen: string[] = [];
    const one = async () => {
      let last = '';
      await w.f.store.transact(w.facility, { ...NOTHING, mids: [mid], rows: [rowOf(patient)] }, (loaded) => {
        last = loaded.known.has(mid) ? 'known' : 'new';
        if (last === 'known') return NO_EFFECTS;
        return { ...NO_EFFECTS, writes: [patient], mutations: [w.entry(mid, 'patients', patient.after.id, result)] };
      });
      seen.push(last);
    };
    await Promise.all(Array.from({ length: 6 }, one));
    same(seen.sort(), ['known', 'known', 'known', 'known', 'known', 'new'], 'how the six were decided at last');
    same((await w.look({ mids: [mid] })).known.get(mid), result, 'the answer');
  }),

  serverCase('[S22] the same id inserted at once: the later decision sees the row', async (w) => {
    const made = w.patient('H1', { phone: '1' });
    const decisions: string[] = [];
    const one = async () => {
      let last = '';
      await w.f.store.transact(w.facility, { ...NOTHING, rows: [rowOf(made)] }, (loaded) => {
        last = loaded.rows.has(keyOf('patients', made.after.id)) ? 'edit' : 'insert';
        return last === 'edit' ? NO_EFFECTS : { ...NO_EFFECTS, writes: [made] };
      });
      decisions.push(last);
    };
    await Promise.all([one(), one(), one()]);
    same(decisions.sort(), ['edit', 'edit', 'insert'], 'how the three were decided at last');
  }),

  serverCase('two groups that name the same rows in opposite order both commit', async (w) => {
    const [a, b] = [w.patient('H1', { phone: '0' }), w.patient('H2', { phone: '0' })];
    await w.write([a, b]);
    const both = (first: typeof a, second: typeof b) =>
      w.f.store.transact(w.facility, { ...NOTHING, rows: [rowOf(first), rowOf(second)] }, (loaded) => ({
        ...NO_EFFECTS,
        writes: [first, second].flatMap((x) => {
          const stored = loaded.rows.get(keyOf('patients', x.after.id));
          return stored ? [w.changed('patients', stored, { phone: String(Number(stored.row.phone) + 1) })] : [];
        }),
      }));
    await Promise.all(Array.from({ length: 4 }, (_, i) => (i % 2 ? both(a, b) : both(b, a))));
    for (const x of [a, b]) same((await w.row('patients', x.after.id))?.row.phone, '4', 'phone after four increments');
  }),

  serverCase('[S41] sixteen writers: numbers without gaps, and a reader that never skips', async (w) => {
    const start = await w.head();
    const seen = new Map<string, number>();
    const state = { cursor: start, writing: true };
    const reader = async () => {
      for (let last = false; !last; ) {
        last = !state.writing;
        const page = await w.f.store.pull(w.facility, state.cursor, ['ref', 'identity'], 7);
        must(page.next >= state.cursor, 'the cursor went back', [state.cursor, page.next]);
        for (const rows of Object.values(page.rows)) for (const row of rows) seen.set(row.id, page.next);
        if (page.more) last = false;
        state.cursor = page.next;
      }
    };
    const ids: string[] = [];
    const writer = async (n: number) => {
      for (let i = 0; i < EACH; i++) {
        const rows = [w.patient(`H${n}-${i}`), w.ward(`W${n}-${i}`)];
        ids.push(...rows.map((r) => r.after.id));
        await w.write(rows);
      }
    };
    const reading = reader();
    await Promise.all(Array.from({ length: WRITERS }, (_, n) => writer(n)));
    state.writing = false;
    await reading;
    const moved = (await w.head()) - start;
    must(moved > 0 && moved <= WRITERS * EACH, 'at most one number for each transaction', moved);
    same(
      ids.filter((id) => !seen.has(id)),
      [],
      'rows that the reader never saw',
    );
    same(await walk(w, start), ids.length, 'rows, number by number');
  }),

  serverCase('[S45] a snapshot taken during writes, and what follows it, is everything', async (w) => {
    const ids: string[] = [];
    const writer = async (n: number) => {
      for (let i = 0; i < EACH; i++) {
        const row = w.patient(`H${n}-${i}`);
        ids.push(row.after.id);
        await w.write([row]);
      }
    };
    const writing = Promise.all(Array.from({ length: 8 }, (_, n) => writer(n)));
    const snapshot = await w.f.store.snapshot(w.facility, 'identity');
    await writing;
    const page = await w.f.store.pull(w.facility, snapshot.head, ['identity'], 10_000);
    const held = new Set([...snapshot.kinds.flatMap((k) => k.rows), ...(page.rows.patients ?? [])].map((r) => r.id));
    same(
      ids.filter((id) => !held.has(id)),
      [],
      'rows that fell between snapshot and pull',
    );
  }),
];

const rowOf = (write: { kind: string; after: { id: string } }) => ({ kind: write.kind, id: write.after.id });

/** Walks the changes one commit at a time: no number is left out, and what was written together comes together. @returns rows */
async function walk(w: Ward, start: number): Promise<number> {
  let rows = 0;
  for (let cursor = start; ; ) {
    const page = await w.f.store.pull(w.facility, cursor, ['ref', 'identity'], 1);
    const { patients = [], wards = [] } = page.rows;
    if (patients.length + wards.length === 0) return rows;
    rows += patients.length + wards.length;
    same(page.next, cursor + 1, 'the next number');
    const [numbers, names] = [patients.map((p) => String(p.hospital_number)), wards.map((x) => String(x.name))];
    same(
      numbers.map((n) => n.slice(1)).sort(),
      names.map((n) => n.slice(1)).sort(),
      'both halves of what was written together',
    );
    cursor = page.next;
  }
}
