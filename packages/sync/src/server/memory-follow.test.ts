import { type RecordDef, randomFields, recordOf } from '@psa/domain';
import { beforeEach, expect, test } from 'vitest';
import type { Wish } from '../device/groups.ts';
import { foundHospital, type Hospital } from '../sim/hospital.ts';
import { Ledger } from '../sim/ledger.ts';
import { memoryDatabase } from '../sim/memory-database.ts';
import { Random } from '../sim/random.ts';
import { type SimDatabase, SimServer } from '../sim/server.ts';
import { VirtualTime } from '../sim/time.ts';

let server: SimServer;
let database: SimDatabase;
let hospital: Hospital;
const random = new Random(4);

beforeEach(async () => {
  const time = new VirtualTime();
  const newId = () => server?.newId() ?? '00000000-0000-7000-8000-0000000000e0';
  database = memoryDatabase('00000000-0000-7000-8000-0000000000f0', time, {
    newId,
    now: () => new Date(time.now).toISOString(),
  });
  server = new SimServer('00000000-0000-7000-8000-0000000000f0', database.store, time, random, new Ledger());
  hospital = await foundHospital(server);
});

const rows = async (kind: string) => (await database.oracle()).rows.flatMap((r) => (r.kind === kind ? [r.row] : []));
const write = (...wishes: Wish[]) => server.write(hospital.admin, wishes);
/** A valid row with some values; the rest is chance. */
const create = (kind: string, given: Wish['patch']): Wish => {
  const def = recordOf(kind) as RecordDef;
  const required = Object.entries(def.fields).filter(([name, f]) => f.required || name in given);
  const narrow = { ...def, checks: [], fields: Object.fromEntries(required) };
  const links = Object.fromEntries(required.map(([, f]) => [f.to ?? '', [hospital.admin.user_id]]));
  return {
    kind,
    id: server.newId(),
    op: 'create',
    base: 0,
    patch: { ...randomFields(narrow, random.forRows, links), ...given },
  };
};

test('the stock of an item follows from counts, movements and uses, in any order', async () => {
  const [item] = await rows('surgical_consumables');
  const move = (movement_type: string, quantity: number, day: number) =>
    create('stock_movements', {
      ...{ consumable_id: item?.id ?? '', movement_type, quantity, reason: 'Test' },
      moved_at: `2026-03-0${day}T08:00:00.000Z`,
    });
  await write(move('Receipt', 9, 5));
  await write(move('Count', 20, 3), move('Receipt', 100, 1));
  const used = create('consumable_usage', {
    consumable_id: item?.id ?? '',
    quantity_used: 4,
    usage_date: '2026-03-06T08:00:00.000Z',
  });
  await write(used);
  const [now] = await rows('surgical_consumables');
  expect([now?.stock_on_hand, now?.row_version]).toEqual([25, 4]);
  await write({ ...used, op: 'retract', base: 1, patch: {} });
  expect((await rows('surgical_consumables'))[0]?.stock_on_hand).toBe(29);
});

test('a patient who is not named is that of the prescription; another one is refused', async () => {
  const [one, other] = await rows('patients');
  const prescription = create('prescriptions', { patient_id: one?.id ?? '', status: 'Active' });
  const item = create('prescription_items', { prescription_id: prescription.id });
  await write(prescription, item);
  expect((await rows('prescription_items'))[0]?.patient_id).toBe(one?.id);
  const wrong = create('prescription_items', { prescription_id: prescription.id, patient_id: other?.id ?? '' });
  await expect(write(wrong)).rejects.toThrow('another patient');
});

test('a critical result is told to whoever ordered it, again when its values change, and not otherwise', async () => {
  const [patient] = await rows('patients');
  const result = { status: 'Completed', results: 'K 7.1', result_date: '2026-03-01T08:00:00.000Z', is_critical: true };
  const lab = create('lab_investigations', { patient_id: patient?.id ?? '', ...result });
  await write(lab);
  const change = (patch: Wish['patch']): Wish => ({ ...lab, op: 'edit', base: 0, patch });
  await write(change({ notes: 'Called.' }));
  expect((await rows('notifications')).map((n) => n.user_id)).toEqual([hospital.admin.user_id]);
  await write(change({ results: 'K 7.4' }));
  expect(await rows('notifications')).toHaveLength(2);
});

test('a sitting is marked from the keys when it is completed, and earns its credit once', async () => {
  const [lesson] = await rows('cme_topics');
  const [question] = await rows('mcq_questions');
  const sitting = (chosen: number) =>
    create('user_assessments', {
      ...{ user_id: hospital.admin.user_id, cme_topic_id: lesson?.id ?? '', status: 'Completed' },
      ...{ question_ids: [question?.id ?? ''], answers: { [question?.id ?? '']: [chosen] } },
    });
  await write(sitting(0));
  expect(await rows('cme_credits')).toEqual([]);
  await write(sitting(1));
  await write(sitting(1));
  expect((await rows('user_assessments')).map((a) => a.score)).toEqual([0, 100, 100]);
  expect(await rows('cme_credits')).toHaveLength(1);
});
