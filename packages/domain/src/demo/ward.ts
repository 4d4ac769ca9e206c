import { type Chance, chanceFrom } from '../chance.ts';
import { paperNumber, uuidv7 } from '../ids.ts';
import type { Patch } from '../record.ts';
import type { Kind } from '../records/index.ts';
import { PEOPLES, type People } from './names.ts';
import { ordersOf } from './orders.ts';
import { demoTheatre } from './theatre.ts';

/** A record to be made, as a form would send it. */
export interface DemoWish {
  kind: Kind;
  id: string;
  patch: Patch;
}

export interface DemoOptions {
  /** The same seed, time and lists give the same ward, to the letter. */
  seed: number;
  patients: number;
  /** The demonstration's present, ms since 1970. */
  nowMs: number;
  /** `takes`: who lies there; everybody when absent. */
  wards: readonly { id: string; beds: readonly string[]; takes?: 'Male' | 'Female' }[];
  /** Ids of users who may be named as consultant. */
  consultants: readonly string[];
}

const DAY_MS = 86_400_000;

/** With the ages in years at which it is seen, and the sex where only one has it. */
const ADMITTED_FOR: readonly (readonly [
  complaint: string,
  diagnosis: string,
  ages: readonly [least: number, most: number],
  sex?: string,
])[] = [
  ['Burns to both legs from hot water, 6 hours before arrival', 'Mixed-depth scald, 12 % TBSA', [1, 90]],
  ['Burns to chest and arms from hot porridge', 'Superficial partial-thickness scald, 9 % TBSA', [0, 12]],
  [
    'Flame burns to face, chest and arms after a kerosene explosion',
    'Flame burns, 28 % TBSA, possible inhalation injury',
    [5, 90],
  ],
  ['Non-healing ulcer of the left leg for 8 months', 'Chronic leg ulcer', [18, 90]],
  ['Swelling over the earlobe after piercing, slowly growing', 'Earlobe keloid', [10, 60]],
  ['Contracture of the neck after burns two years ago', 'Post-burn neck contracture', [4, 90]],
  ['Cut across the right palm, cannot bend two fingers', 'Flexor tendon injury, zone II', [8, 80]],
  ['Crush injury of the hand in a grinding machine', 'Crush injury, right hand', [10, 70]],
  ['Cleft of lip noticed at birth', 'Unilateral cleft lip and palate', [0, 3]],
  ['Cleft palate, speech hard to understand', 'Cleft palate', [1, 12]],
  ['Extra finger on the left hand since birth', 'Postaxial polydactyly', [0, 6]],
  ['Wound over the sacrum after long bed rest', 'Pressure ulcer, sacral', [20, 90]],
  ['Road traffic injury with skin loss of the lower leg', 'Degloving injury with exposed tibia', [5, 80]],
  ['Swelling of the breast, biopsy done elsewhere', 'Breast carcinoma, for reconstruction', [28, 85], 'Female'],
  ['Foot ulcer, known diabetic, foul smell for 2 weeks', 'Diabetic foot ulcer', [30, 90]],
  ['Facial wounds after assault', 'Multiple facial lacerations', [14, 70]],
  ['Growth on the scalp, bleeding on touch', 'Suspected squamous cell carcinoma, scalp', [25, 90]],
  ['Large pigmented mole of the back since birth', 'Giant congenital naevus', [0, 30]],
];

const SUBSTANCES: readonly (readonly [name: string, category: string, reactions: readonly string[]])[] = [
  ['Penicillin', 'Drug', ['Rash', 'Swelling of the face', 'Anaphylaxis']],
  ['Sulfonamides', 'Drug', ['Rash', 'Blisters of the mouth']],
  ['Chloroquine', 'Drug', ['Itching']],
  ['Diclofenac', 'Drug', ['Wheeze', 'Rash']],
  ['Ceftriaxone', 'Drug', ['Rash']],
  ['Latex', 'Material', ['Itching', 'Wheeze']],
  ['Adhesive plaster', 'Material', ['Blisters']],
  ['Povidone-iodine', 'Material', ['Rash']],
  ['Groundnut', 'Food', ['Swelling of the lips']],
  ['Crayfish', 'Food', ['Rash', 'Vomiting']],
];

const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
const minute = (ms: number) => new Date(Math.floor(ms / 60_000) * 60_000).toISOString();

function peopleFor(chance: Chance): People {
  let left = chance.fraction();
  for (const [share, people] of PEOPLES) {
    left -= share;
    if (left < 0) return people;
  }
  return (PEOPLES[0] as (typeof PEOPLES)[number])[1];
}

/** Ages as a plastic surgery unit sees them: many children (burns, clefts), many young adults (trauma), some old. */
function ageDays(chance: Chance): number {
  const roll = chance.fraction();
  if (roll < 0.04) return chance.below(365);
  if (roll < 0.28) return 365 + chance.below(365 * 12);
  if (roll < 0.8) return 365 * 13 + chance.below(365 * 37);
  return 365 * 50 + chance.below(365 * 38);
}

function patientOf(chance: Chance, options: DemoOptions, index: number, id: string): Patch {
  const people = peopleFor(chance);
  const gender = chance.odds(0.54) ? 'Male' : 'Female';
  const given = gender === 'Male' ? people.male : people.female;
  const [state, towns] = chance.pick(people.states);
  const unknownAge = chance.odds(0.01);
  const born = options.nowMs - ageDays(chance) * DAY_MS;
  const phone = () => `080${String(30_000_000 + chance.below(69_999_999))}`;
  const surname = chance.pick(people.surnames);
  const patch: Patch = {
    hospital_number: chance.odds(0.03)
      ? paperNumber('TMP', new Date(options.nowMs).getUTCFullYear(), id)
      : `UNTH/${new Date(options.nowMs).getUTCFullYear() - chance.below(6)}/${String(index + 1).padStart(5, '0')}`,
    first_name: chance.pick(given),
    last_name: surname,
    other_names: chance.odds(0.4) ? chance.pick(given) : null,
    gender,
    date_of_birth: unknownAge ? null : day(born),
    date_of_birth_precision: unknownAge ? 'Unknown' : chance.odds(0.12) ? 'Estimated' : 'Exact',
    phone: chance.odds(0.85) ? phone() : null,
    city: chance.pick(towns),
    state,
    country: 'Nigeria',
  };
  if (chance.odds(0.7)) {
    patch.emergency_contact_name = `${chance.pick(chance.odds(0.5) ? people.male : people.female)} ${surname}`;
    patch.emergency_contact_phone = phone();
    patch.emergency_contact_relationship = chance.pick([
      'Mother',
      'Father',
      'Wife',
      'Husband',
      'Brother',
      'Sister',
      'Son',
      'Daughter',
      'Uncle',
    ]);
  }
  if (chance.odds(0.55)) patch.blood_group = chance.pick(['O+', 'O+', 'O+', 'A+', 'B+', 'B+', 'AB+', 'O-', 'A-']);
  if (chance.odds(0.45)) patch.genotype = chance.pick(['AA', 'AA', 'AA', 'AS', 'AS', 'SS', 'AC']);
  if (chance.odds(0.18))
    patch.chronic_conditions = chance.pick([
      'Hypertension',
      'Diabetes mellitus',
      'Asthma',
      'Sickle cell disease',
      'HIV on treatment',
    ]);
  if (chance.odds(0.4))
    patch.occupation = chance.pick(['Trader', 'Farmer', 'Student', 'Teacher', 'Driver', 'Tailor', 'Civil servant', 'Welder']);
  if (chance.odds(0.4)) patch.payer = chance.pick(['NHIS', 'Self', 'Self', 'Company']);
  return patch;
}

function allergiesOf(chance: Chance, patientId: string, newId: () => string): DemoWish[] {
  const roll = chance.fraction();
  if (roll < 0.35) return [];
  const wish = (patch: Patch): DemoWish => ({
    kind: 'patient_allergies',
    id: newId(),
    patch: { patient_id: patientId, status: 'Active', ...patch },
  });
  if (roll < 0.87) return [wish({ assertion: 'No known allergies' })];
  const first = chance.pick(SUBSTANCES);
  const chosen = chance.odds(0.2) ? [first, chance.pick(SUBSTANCES.filter((s) => s !== first))] : [first];
  return chosen.map(([substance, category, reactions]) => {
    const reaction = chance.pick(reactions);
    const severity = reaction === 'Anaphylaxis' ? 'Life-threatening' : chance.pick(['Mild', 'Moderate', 'Severe']);
    return wish({ assertion: 'Allergy', substance, category, reaction, severity });
  });
}

/**
 * The demonstration ward: one group of wishes per patient, in the order they came. Some have been home again, some lie in
 * bed now, one to a bed. Deterministic; about 20,000 patients a second.
 */
export function* demoWard(options: DemoOptions): Generator<DemoWish[]> {
  const chance = chanceFrom(options.seed);
  let clock = options.nowMs - options.patients * 3_600_000 - DAY_MS;
  const newId = () => uuidv7(clock, (n) => chance.bytes(n));
  const theatre = demoTheatre(options);
  const beds = options.wards.flatMap(({ id, beds: codes, takes }) => codes.map((bed) => ({ ward: id, bed, takes })));
  // Two beds in three are taken, drawn without putting back.
  const inBed = Math.min(Math.floor((beds.length * 2) / 3), Math.floor(options.patients / 3));
  let admitted = 0;
  for (let index = 0; index < options.patients; index++) {
    clock += 3_600_000;
    const id = newId();
    // A stream of its own: what is ordered changes nobody's name.
    const orders = chanceFrom(options.seed * 1_000_003 + index);
    const wishes: DemoWish[] = [{ kind: 'patients', id, patch: patientOf(chance, options, index, id) }];
    wishes.push(...allergiesOf(chance, id, newId));
    const { date_of_birth: born, gender } = wishes[0]?.patch ?? {};
    const bornBefore = (ms: number) => typeof born !== 'string' || born <= day(ms);
    const fits = ([, , [least, most], sex]: (typeof ADMITTED_FOR)[number], ms: number) => {
      const years = typeof born === 'string' ? (ms - Date.parse(born)) / (365.25 * DAY_MS) : 40;
      return (sex === undefined || sex === gender) && years >= least && years <= most;
    };
    const admit = (fromMs: number, toMs: number | null, place: { ward: string; bed: string } | undefined) => {
      const [complaint, diagnosis] = chance.pick(ADMITTED_FOR.filter((one) => fits(one, fromMs)));
      const admissionId = newId();
      const patch: Patch = {
        patient_id: id,
        admission_number: paperNumber('ADM', new Date(fromMs).getUTCFullYear(), admissionId),
        admission_date: minute(fromMs),
        admission_type: chance.pick(['Emergency', 'Emergency', 'Elective', 'Transfer']),
        status: toMs === null ? 'Active' : 'Discharged',
        discharge_date: toMs === null ? null : minute(toMs),
        ward_id: place?.ward ?? null,
        bed_number: place?.bed ?? null,
        presenting_complaint: complaint,
        provisional_diagnosis: diagnosis,
      };
      const consultantId = options.consultants.length > 0 ? chance.pick(options.consultants) : null;
      if (consultantId !== null) patch.consultant_id = consultantId;
      wishes.push({ kind: 'patient_admissions', id: admissionId, patch });
      const stay = {
        ...{ patient_id: id, admission_id: admissionId, fromMs, toMs, nowMs: options.nowMs },
        ageYears: typeof born === 'string' ? (fromMs - Date.parse(born)) / (365.25 * DAY_MS) : null,
        consultant: typeof patch.consultant_id === 'string' ? patch.consultant_id : undefined,
      };
      wishes.push(...ordersOf(orders, stay, () => uuidv7(clock, (n) => orders.bytes(n))));
      wishes.push(...theatre({ patientId: id, admissionId, diagnosis, consultantId, fromMs, toMs }));
    };
    const from = clock - (45 + chance.below(300)) * DAY_MS;
    if (chance.odds(0.6) && bornBefore(from)) {
      admit(from, from + (1 + chance.below(40)) * DAY_MS, undefined);
    }
    // Selection sampling: exactly `inBed` of all patients lie in bed now, each as likely as the next.
    if (chance.below(options.patients - index) < inBed - admitted) {
      admitted++;
      const fitting = beds.filter(({ takes = gender }) => takes === gender);
      const place = chance.pick(fitting.length > 0 ? fitting : beds);
      beds.splice(beds.indexOf(place), 1);
      const since = options.nowMs - chance.below(30 * 24 * 60) * 60_000;
      admit(bornBefore(since) ? since : options.nowMs, null, place);
    }
    yield wishes;
  }
}
