import { keyOf, type Loaded, NO_EFFECTS } from '../server/store.ts';
import { must, mustReject, same } from './must.ts';
import { LATER, NOTHING, type ServerCase, serverCase } from './server-fixture.ts';

/** Writing and seeing again. */
export const serverWrites: ServerCase[] = [
  serverCase('what was written is seen again, value for value', async (w) => {
    const patient = w.patient('H1', {
      first_name: 'Ọláńrewájú',
      phone: '0803 123',
      date_of_birth: '1988-02-29',
      date_of_birth_precision: 'Exact',
    });
    const ward = w.ward('Burns', { beds: ['B1', 'B2'], aliases: [] });
    const stay = w.admission(patient.after.id, 'ADM-1', {
      ward_id: ward.after.id,
      bed_number: 'B1',
      examination_findings: 'one\ntwo',
    });
    const item = w.made('surgical_consumables', {
      item_name: 'Gauze',
      item_code: 'G1',
      minimum_stock_level: 0,
      reorder_level: 12,
      unit_cost: 1250.5,
      is_active: false,
    });
    const conflict = w.conflict('patients', patient.after.id, 'identity', {
      group_rest: [{ mid: 'x', patch: { a: [1, null] } }],
    });
    for (const write of [patient, ward, stay, item, conflict]) {
      await w.write([write]);
      const stored = await w.row(write.kind, write.after.id);
      same(stored?.row, write.after, `a row of ${write.kind} came back different`);
      same(stored?.field_ver, write.field_ver, `the field versions of ${write.kind} came back different`);
    }
  }),

  serverCase('a change is kept with its version and its field versions', async (w) => {
    const made = w.patient('H1', { phone: '1' });
    await w.write([made]);
    const before = await w.row('patients', made.after.id);
    must(before, 'the row is not there');
    const change = w.changed('patients', before, { phone: null, deleted: true }, null);
    await w.write([change]);
    const after = await w.row('patients', made.after.id);
    same(after?.row, { ...made.after, phone: null, deleted: true, row_version: 2, updated_at: LATER }, 'the changed row');
    same(after?.field_ver, { ...made.field_ver, phone: [2, null], deleted: [2, null] }, 'the field versions');
  }),

  serverCase('[S22] an insert of an id that exists never overwrites it', async (w) => {
    const made = w.patient('H1', { phone: '1' });
    await w.write([made]);
    const again = { ...made, after: { ...made.after, phone: '2' } };
    await mustReject(w.tell({ writes: [again] }), 'an id was inserted twice');
    same((await w.row('patients', made.after.id))?.row, made.after, 'the row that was there');
  }),

  serverCase('[S21] the answer to a mutation is given again word for word', async (w) => {
    const mid = w.f.newId();
    const result = {
      mid,
      status: 'refused' as const,
      code: 'INVALID',
      say: 'Nò.',
      fields: { phone: 'At most 20 characters.' },
    };
    same((await w.look({ mids: [mid] })).known.size, 0, 'a mutation was known before it came');
    await w.tell({ mutations: [w.entry(mid, 'patients', w.f.newId(), result)] });
    same((await w.look({ mids: [mid, w.f.newId()] })).known, new Map([[mid, result]]), 'the kept answers');
  }),

  serverCase('[S21] a deferred answer gives way to a final one, a final one to none', async (w) => {
    const [mid, id] = [w.f.newId(), w.f.newId()];
    const deferred = { mid, status: 'deferred' as const, code: 'PARENT_REFUSED' };
    const applied = { mid, status: 'applied' as const, version: 3 };
    await w.tell({ mutations: [w.entry(mid, 'patients', id, deferred)] });
    same((await w.look({ mids: [mid] })).known.get(mid), deferred, 'the deferred answer');
    await w.tell({ mutations: [w.entry(mid, 'patients', id, applied)] });
    same((await w.look({ mids: [mid] })).known.get(mid), applied, 'the final answer');
    const late = w.patient('H9');
    const second = { mid, status: 'applied' as const, version: 9 };
    await mustReject(
      w.tell({ writes: [late], mutations: [w.entry(mid, 'patients', id, second)] }),
      'a final answer was replaced',
    );
    same((await w.look({ mids: [mid] })).known.get(mid), applied, 'the final answer afterwards');
    must(!(await w.row('patients', late.after.id)), 'half of a transaction was written');
  }),

  serverCase('[S28] quarantine tells what it holds, and which records wait in it', async (w) => {
    const [a, b, c, d] = [w.f.newId(), w.f.newId(), w.f.newId(), w.f.newId()];
    const [one, two, three] = [w.f.newId(), w.f.newId(), w.f.newId()];
    await w.tell({
      quarantine: [
        w.held(a, 'create', 'patients', one, 'open'),
        w.held(b, 'create', 'patients', two, 'deferred'),
        w.held(c, 'edit', 'patients', three, 'open'),
        {
          ...w.held(d, 'create', 'patients', three, 'open'),
          author: null,
          kind: null,
          record_id: null,
          payload: { body: '{' },
        },
      ],
    });
    const asked = [one, two, three].map((id) => ({ kind: 'patients', id }));
    const need = { mids: [a, b, c, d], quarantined: asked };
    const first = await w.look(need);
    same([...first.quarantined].sort(), [keyOf('patients', one), keyOf('patients', two)].sort(), 'records that wait');
    same(first.held.get(a), { author: w.user, kind: 'patients', record_id: one }, 'what is held');
    same(first.held.get(d), { author: null, kind: null, record_id: null }, 'what is held raw');
    same(first.held.size, 4, 'entries that are held');
    await w.tell({
      closed: [
        { mid: a, state: 'withdrawn' },
        { mid: b, state: 'judged' },
        { mid: c, state: 'repaired' },
        { mid: w.f.newId(), state: 'repaired' },
      ],
    });
    const last = await w.look(need);
    same([...last.held.keys()], [d], 'entries that are still held');
    same(last.quarantined.size, 0, 'records that still wait');
  }),

  serverCase('[S28] a deferred entry becomes an open one under the same mid', async (w) => {
    const [mid, id] = [w.f.newId(), w.f.newId()];
    await w.tell({ quarantine: [w.held(mid, 'create', 'patients', id, 'deferred')] });
    await w.tell({ quarantine: [w.held(mid, 'create', 'patients', id, 'open')] });
    same((await w.look({ mids: [mid] })).held.size, 1, 'entries that are held');
    await w.tell({ closed: [{ mid, state: 'withdrawn' }] });
    same((await w.look({ mids: [mid] })).held.size, 0, 'entries that are still held');
  }),

  serverCase('what is loaded: open conflicts of the named rows, and rows that share a value', async (w) => {
    const [one, two] = [w.patient('H1'), w.patient('H2')];
    await w.write([one, two]);
    const open = w.conflict('patients', one.after.id, 'identity');
    const settled = w.conflict('patients', one.after.id, 'identity', { status: 'Resolved', resolved_at: AT_END });
    const others = w.conflict('patients', two.after.id, 'identity');
    const allergies = [w.allergy(one.after.id), w.allergy(one.after.id, { substance: 'Latex' }), w.allergy(two.after.id)];
    await w.write([open, settled, others, ...allergies]);
    const gone = await w.row('patient_allergies', allergies[1]?.after.id ?? '');
    must(gone, 'the allergy is not there');
    await w.write([w.changed('patient_allergies', gone, { deleted: true })]);
    const loaded = await w.look({
      rows: [{ kind: 'patients', id: one.after.id }],
      among: [{ kind: 'patient_allergies', field: 'patient_id', value: one.after.id }],
    });
    same(loaded.conflicts, [open.after], 'open conflicts');
    const among = loaded.among.get(`patient_allergies/patient_id/${one.after.id}`);
    same(among, [allergies[0]?.after], 'rows of the same patient');
    same(
      (await w.look({ among: [{ kind: 'patient_allergies', field: 'patient_id', value: w.f.newId() }] })).among.size,
      1,
      'an empty list is a list',
    );
  }),

  serverCase('[S29] what the judge throws comes out, and nothing is written', async (w) => {
    const head = await w.head();
    const fault = new Error('planted');
    const thrown = await mustReject(
      w.f.store.transact(w.facility, NOTHING, () => {
        throw fault;
      }),
      'the judge threw',
    );
    must(thrown === fault, 'another error came out', String(thrown));
    same(await w.head(), head, 'the head');
    await w.write([w.patient('H1')]);
  }),

  serverCase('everything of a transaction is kept, also what is never sent', async (w) => {
    const mid = w.f.newId();
    const patient = w.patient('H1');
    const { broken } = await w.tell({
      writes: [patient],
      mutations: [w.entry(mid, 'patients', patient.after.id, { mid, status: 'applied', version: 1 })],
      audit: [
        {
          action: 'create',
          user_id: w.user,
          table_name: 'patients',
          record_id: patient.after.id,
          old_values: null,
          new_values: { hospital_number: 'H1' },
          device_id: w.device,
          mutation_id: mid,
          ip_address: '192.0.2.7',
          user_agent: 'test',
          at: LATER,
        },
      ],
    });
    must(broken === null, 'the store refused rows that are in order', broken);
    const loaded: Loaded = await w.look({ mids: [mid], rows: [{ kind: 'patients', id: patient.after.id }] });
    same([loaded.known.size, loaded.rows.size], [1, 1], 'answer and row');
  }),

  serverCase('[S41] only what travels moves the head, one number a transaction', async (w) => {
    const head = await w.head();
    await w.tell(NO_EFFECTS);
    await w.tell({ quarantine: [w.held(w.f.newId(), 'edit', 'patients', w.f.newId(), 'open')] });
    same(await w.head(), head, 'the head after commits that changed no row');
    await w.write([w.patient('H1'), w.patient('H2'), w.ward('W1')]);
    same(await w.head(), head + 1, 'the head after one transaction of three rows');
  }),
];

const AT_END = LATER;
