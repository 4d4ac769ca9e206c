import type { Broken, RowWrite } from '../server/store.ts';
import { must, same } from './must.ts';
import { LATER, NOTHING, type ServerCase, serverCase, Ward } from './server-fixture.ts';

/** The promises of the database: a broken one is told, and nothing of the transaction is kept. */
export const serverRules: ServerCase[] = [
  serverCase('[S30] a unique rule: told with its fields and sentence, nothing written', async (w) => {
    await w.write([w.patient('H1')]);
    const twin = w.patient('H1');
    await refused(w, [w.ward('Beside'), twin], {
      code: 'TAKEN',
      say: 'Another patient has this hospital number.',
      fields: { hospital_number: 'Another patient has this hospital number.' },
    });
  }),

  serverCase('[S30] a unique rule does not count retracted rows, nulls or rows outside its condition', async (w) => {
    const [one, two] = [w.patient('H1'), w.patient('H2')];
    await w.write([one, two]);
    const stored = await w.row('patients', one.after.id);
    must(stored, 'the row is not there');
    await w.write([w.changed('patients', stored, { deleted: true })]);
    await w.write([w.patient('H1')]);
    // Two without a bed, and one who left, are no clash; a second open stay is.
    const left = { status: 'Discharged', discharge_date: LATER };
    await w.write([
      w.admission(two.after.id, 'A1', left),
      w.admission(two.after.id, 'A2', left),
      w.admission(two.after.id, 'A3'),
    ]);
    await refused(w, [w.admission(two.after.id, 'A4')], {
      code: 'TAKEN',
      say: 'This patient is already admitted.',
      fields: { patient_id: 'This patient is already admitted.' },
    });
  }),

  serverCase('[S30] a unique rule over two fields', async (w) => {
    const [one, two, ward] = [w.patient('H1'), w.patient('H2'), w.ward('W1')];
    const bed = { ward_id: ward.after.id, bed_number: 'B1' };
    await w.write([ward, one, two, w.admission(one.after.id, 'A1', bed)]);
    await refused(w, [w.admission(two.after.id, 'A2', bed)], {
      code: 'TAKEN',
      say: 'Another patient is in this bed.',
      fields: { ward_id: 'Another patient is in this bed.', bed_number: 'Another patient is in this bed.' },
    });
  }),

  serverCase('[S30] a unique rule holds within a facility, not between two', async (w) => {
    await w.write([w.patient('H1')]);
    const other = await Ward.open(w.f, w.f.newId());
    await other.write([other.patient('H1')]);
  }),

  serverCase('[S30] a rule over the fields of one row', async (w) => {
    const say = 'Give the date of birth, or say that it is unknown.';
    await refused(w, [w.patient('H1', { date_of_birth_precision: 'Exact' })], {
      code: 'CONSTRAINT',
      say,
      fields: { date_of_birth: say, date_of_birth_precision: say },
    });
  }),

  serverCase('[S30] a link must lead somewhere; what is missing is named', async (w) => {
    const nobody = w.f.newId();
    const head = await w.head();
    const stray = w.allergy(nobody);
    const { broken } = await w.tell({ writes: [stray] }, { ...NOTHING, rows: [{ kind: stray.kind, id: stray.after.id }] });
    same([broken?.code, broken?.missing], ['BROKEN_LINK', { kind: 'patients', id: nobody }], 'the broken link');
    same(Object.keys(broken?.fields ?? {}), ['patient_id'], 'the field of the broken link');
    must((broken?.say ?? '') !== '', 'a broken link has no sentence');
    same(await w.head(), head, 'the head');
    must(!(await w.row(stray.kind, stray.after.id)), 'a stray row was written');
  }),

  serverCase('parents and children may come in one transaction, and a child of a retracted parent may come', async (w) => {
    const patient = w.patient('H1');
    await w.write([patient, w.allergy(patient.after.id)]);
    const stored = await w.row('patients', patient.after.id);
    must(stored, 'the row is not there');
    await w.write([w.changed('patients', stored, { deleted: true })]);
    await w.write([w.allergy(patient.after.id, { substance: 'Latex' })]);
  }),

  serverCase('[S30] a rule against other rows', async (w) => {
    const patient = w.patient('H1');
    const allergy = w.allergy(patient.after.id);
    await w.write([patient, allergy]);
    const none = () => w.allergy(patient.after.id, { assertion: 'No known allergies', substance: null });
    const say = 'This patient has an active allergy; "no known allergies" cannot stand beside it.';
    await refused(w, [none()], { code: 'CONSTRAINT', say, fields: { assertion: say } });
    const stored = await w.row('patient_allergies', allergy.after.id);
    must(stored, 'the row is not there');
    await w.write([w.changed('patient_allergies', stored, { status: 'Refuted', status_reason: 'tested' })]);
    await w.write([none()]);
    // Add-wins: a new allergy is taken also beside "none known".
    await w.write([w.allergy(patient.after.id, { substance: 'Latex' })]);
  }),
];

async function refused(w: Ward, writes: RowWrite[], expected: Omit<Broken, 'kind'>): Promise<void> {
  const head = await w.head();
  const mid = w.f.newId();
  const [id = ''] = writes.map((x) => x.after.id);
  const { broken, effects } = await w.tell(
    {
      writes,
      mutations: [w.entry(mid, 'patients', id, { mid, status: 'applied', version: 1 })],
      quarantine: [w.held(mid, 'create', 'patients', id, 'open')],
    },
    { ...NOTHING, rows: writes.map((x) => ({ kind: x.kind, id: x.after.id })) },
  );
  must(broken, 'a promise was broken and nobody said so');
  const { code, say, fields } = broken;
  same({ code, say, fields }, expected, 'what was said of the broken promise');
  must(broken.kind === undefined || broken.kind === writes.at(-1)?.kind, 'the wrong record is named', broken.kind);
  same(effects.writes.length, 0, 'effects of a transaction that wrote nothing');
  same(await w.head(), head, 'the head');
  const after = await w.look({ mids: [mid], rows: writes.map((x) => ({ kind: x.kind, id: x.after.id })) });
  same([after.known.size, after.held.size, after.rows.size], [0, 0, 0], 'what is left of a transaction that wrote nothing');
}
