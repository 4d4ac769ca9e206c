import type { Patch } from '@psa/domain';
import type { FormKind, QuickKind, Side } from './plan.ts';

/** One record of a write: what the server must come to hold of it. */
export interface Part {
  kind: string;
  values: Patch;
}

/** One save of a person: a group. Its marker stands in at least one text of it and nowhere else. */
export interface Write {
  n: number;
  round: number;
  side: Side;
  how: 'form' | 'quick';
  what: FormKind | QuickKind;
  marker: string;
  parts: Part[];
}

/** A wish as the app's `device.save` takes it, but for the version it is based on, which the page fills in. */
export interface PlainWish {
  kind: string;
  id: string;
  op: 'create' | 'edit';
  patch: Patch;
}

/** What the write needs of the world. `number`: a hospital number that both sides want in this round; one of them is refused. */
export interface WriteContext {
  patient: string;
  number: string;
  at: string;
  newId(): string;
}

/** `R012-A-00345`: as long for each, so that none is part of another. */
export const markerOf = (round: number, side: Side, n: number): string =>
  `R${String(round).padStart(3, '0')}-${side}-${String(n).padStart(5, '0')}`;
export const MARKER = /R\d{3,}-[AB]-\d{5,}/g;

const registered = (number: string, marker: string): Patch => ({
  hospital_number: number,
  last_name: 'Torture',
  first_name: marker,
  gender: 'Female',
  date_of_birth_precision: 'Unknown',
});

const line = (ctx: WriteContext, prescription: string, medicine: string, marker: string): PlainWish => ({
  kind: 'prescription_items',
  id: ctx.newId(),
  op: 'create',
  patch: {
    patient_id: ctx.patient,
    prescription_id: prescription,
    medication_name: medicine,
    dosage: '500 mg',
    route: 'By mouth',
    frequency: 'Every 8 hours',
    instructions: marker,
  },
});

const create = (ctx: WriteContext, kind: string, patch: Patch): PlainWish => ({ kind, id: ctx.newId(), op: 'create', patch });
const edit = (ctx: WriteContext, patch: Patch): PlainWish => ({ kind: 'patients', id: ctx.patient, op: 'edit', patch });

const QUICK_WISHES: Readonly<Record<QuickKind, (ctx: WriteContext, marker: string, n: number) => PlainWish[]>> = {
  patient: (ctx, marker) => [create(ctx, 'patients', registered(marker, marker))],
  'taken number': (ctx, marker) => [create(ctx, 'patients', registered(ctx.number, marker))],
  observations: (ctx, marker, n) => [
    create(ctx, 'vital_signs', { patient_id: ctx.patient, observed_at: ctx.at, pulse: 50 + (n % 100), remarks: marker }),
  ],
  wound: (ctx, marker, n) => [
    create(ctx, 'wound_care_records', {
      patient_id: ctx.patient,
      wound_location: marker,
      assessment_date: ctx.at,
      length: (n % 100) / 10,
    }),
  ],
  fluid: (ctx, marker, n) => [
    create(ctx, 'fluid_balance', {
      patient_id: ctx.patient,
      measured_at: ctx.at,
      direction: 'Output',
      route: 'Drain',
      volume: n,
      site: marker,
    }),
  ],
  prescription: (ctx, marker) => {
    const head = create(ctx, 'prescriptions', { patient_id: ctx.patient, diagnosis: marker, status: 'Active' });
    return [head, line(ctx, head.id, 'Amoxicillin', marker), line(ctx, head.id, 'Paracetamol', marker)];
  },
  edit: (ctx, marker, n) => [edit(ctx, { [n % 2 === 0 ? 'city' : 'occupation']: marker })],
  kin: (ctx, marker, n) => [
    edit(ctx, { emergency_contact_name: marker, emergency_contact_phone: `080${String(n).padStart(8, '0')}` }),
  ],
};

/** The wishes of a quick write; what the server must hold of them is what they say. */
export const quickWishes = (kind: QuickKind, ctx: WriteContext, marker: string, n: number): PlainWish[] =>
  QUICK_WISHES[kind](ctx, marker, n);

type Entry = Readonly<Record<string, string>>;

/** What a person types into a form, by its labels, and what must come of it. A list of entries: one for each medicine. */
export function formEntry(kind: FormKind, marker: string, n: number): { entries: Entry[]; parts: Part[] } {
  const medicine = (name: string): Entry => ({
    Medicine: `${name} ${marker}`,
    Dose: '1 g',
    Route: 'By mouth',
    'How often': 'Every 8 hours',
  });
  const item = (name: string): Part => ({
    kind: 'prescription_items',
    values: { medication_name: `${name} ${marker}`, dosage: '1 g' },
  });
  const pulse = 50 + (n % 100);
  const made: Record<FormKind, { entries: Entry[]; parts: Part[] }> = {
    register: {
      entries: [{ Surname: 'Torture', 'First name': marker, 'Hospital number': marker }],
      parts: [{ kind: 'patients', values: { last_name: 'Torture', first_name: marker, hospital_number: marker } }],
    },
    observations: {
      entries: [{ Observed: 'now', Pulse: String(pulse), Remarks: marker }],
      parts: [{ kind: 'vital_signs', values: { pulse, remarks: marker } }],
    },
    wound: {
      entries: [{ Site: marker, Assessed: 'now', Length: '4' }],
      parts: [{ kind: 'wound_care_records', values: { wound_location: marker, length: 4 } }],
    },
    prescription: {
      entries: [medicine('Ceftriaxone'), medicine('Paracetamol')],
      parts: [{ kind: 'prescriptions', values: { status: 'Active' } }, item('Ceftriaxone'), item('Paracetamol')],
    },
    edit: {
      entries: [{ 'Town or city': marker }],
      parts: [{ kind: 'patients', values: { city: marker } }],
    },
  };
  return made[kind];
}
