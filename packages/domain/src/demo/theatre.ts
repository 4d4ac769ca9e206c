import { chanceFrom } from '../chance.ts';
import { uuidv7 } from '../ids.ts';
import type { Patch } from '../record.ts';
import type { DemoOptions, DemoWish } from './ward.ts';

/** A stay of the demonstration ward, for what is planned and done in it. */
export interface DemoStay {
  patientId: string;
  admissionId: string;
  diagnosis: string;
  consultantId: string | null;
  /** ms since 1970; null while the patient is still in. */
  fromMs: number;
  toMs: number | null;
}

const [MINUTE_MS, HOUR_MS, DAY_MS] = [60_000, 3_600_000, 86_400_000];

/** What is done for each diagnosis of the demonstration; minutes as planned. */
const OPERATIONS: Readonly<Record<string, readonly [procedure: string, minutes: number, bloodLossMl: number]>> = {
  'Mixed-depth scald, 12 % TBSA': ['Tangential excision and grafting, 10-20 % TBSA', 150, 450],
  'Superficial partial-thickness scald, 9 % TBSA': ['Burn wound dressing under anaesthesia', 60, 20],
  'Flame burns, 28 % TBSA, possible inhalation injury': ['Escharotomy, limb', 45, 150],
  'Chronic leg ulcer': ['Chronic leg ulcer excision and graft', 120, 150],
  'Earlobe keloid': ['Keloid excision, intralesional', 45, 10],
  'Post-burn neck contracture': ['Post-burn neck contracture release and graft', 150, 200],
  'Flexor tendon injury, zone II': ['Flexor tendon repair', 90, 20],
  'Crush injury, right hand': ['Wound debridement, major', 60, 100],
  'Unilateral cleft lip and palate': ['Unilateral cleft lip repair', 120, 30],
  'Cleft palate': ['Cleft palate repair (palatoplasty)', 150, 60],
  'Postaxial polydactyly': ['Polydactyly excision', 60, 5],
  'Pressure ulcer, sacral': ['Gluteal rotation flap for sacral ulcer', 150, 300],
  'Degloving injury with exposed tibia': ['Degloving injury debridement and coverage', 150, 400],
  'Breast carcinoma, for reconstruction': ['Breast reconstruction, latissimus dorsi', 150, 350],
  'Diabetic foot ulcer': ['Diabetic foot debridement', 45, 80],
  'Multiple facial lacerations': ['Repair of facial laceration, complex', 75, 50],
  'Suspected squamous cell carcinoma, scalp': ['Wide local excision of squamous cell carcinoma with cover', 120, 120],
  'Giant congenital naevus': ['Excision of congenital naevus', 90, 80],
};

const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
const minute = (ms: number) => new Date(Math.floor(ms / MINUTE_MS) * MINUTE_MS).toISOString();

/** Hours at which lists begin (UTC): no operation above is longer than the gap. */
const SLOTS = ['07:00', '10:00', '13:00'] as const;
const DAYS_AHEAD = 10;
const MEETINGS = 3;

/**
 * Makes what was planned and done in stays, a few of them discussed at a meeting. What it makes of a stay points to nothing of another,
 * so that stays may be written in any order. Draws from a stream of its own: the ward is the same with and without it.
 */
export function demoTheatre(options: DemoOptions): (stay: DemoStay) => DemoWish[] {
  const chance = chanceFrom(options.seed ^ 0x7ea7_4e);
  const newId = () => uuidv7(options.nowMs, (n) => chance.bytes(n));
  const wish = (kind: DemoWish['kind'], patch: Patch): DemoWish => ({ kind, id: newId(), patch });
  const taken = new Map<string, number>();
  let meetings = 0;

  function planOf(stay: DemoStay, status: 'Active' | 'Completed', procedure: string): DemoWish {
    return wish('treatment_plans', {
      patient_id: stay.patientId,
      admission_id: stay.admissionId,
      plan_name: procedure,
      diagnosis: stay.diagnosis,
      plan_type: 'Surgical',
      priority: chance.pick(['Elective', 'Urgent'] as const),
      treatment_goals: 'Closed wound, useful function',
      start_date: day(stay.fromMs),
      actual_completion_date: status === 'Completed' && stay.toMs !== null ? day(stay.toMs) : null,
      status,
      primary_surgeon_id: stay.consultantId,
      approved: stay.consultantId === null ? null : true,
      approved_by: stay.consultantId,
      approved_at: stay.consultantId === null ? null : minute(Math.min(stay.fromMs + HOUR_MS, options.nowMs)),
    });
  }

  const stepOf = (stay: DemoStay, plan: DemoWish, n: number, name: string, type: string, done: boolean): DemoWish =>
    wish('treatment_plan_steps', {
      patient_id: stay.patientId,
      treatment_plan_id: plan.id,
      step_number: n,
      step_name: name,
      step_type: type,
      status: done ? 'Completed' : 'Pending',
      completed_date: done ? day(stay.fromMs + DAY_MS) : null,
      completed_by: done ? stay.consultantId : null,
    });

  const bookingOf = (stay: DemoStay, plan: DemoWish, procedure: string, minutes: number, more: Patch): DemoWish =>
    wish('surgery_bookings', {
      patient_id: stay.patientId,
      admission_id: stay.admissionId,
      treatment_plan_id: plan.id,
      procedure_name: procedure,
      pre_op_diagnosis: stay.diagnosis,
      estimated_duration: minutes,
      urgency: 'Elective',
      primary_surgeon_id: stay.consultantId,
      ...more,
    });

  /** A stay that has ended: the plan was carried out. */
  function past(stay: DemoStay, toMs: number, operation: readonly [string, number, number]): DemoWish[] {
    const [procedure, minutes, blood] = operation;
    const middle = stay.fromMs + Math.floor((toMs - stay.fromMs) / 2);
    const morning = Math.floor(middle / DAY_MS) * DAY_MS + (7 + chance.below(5)) * HOUR_MS;
    const began = morning > stay.fromMs && morning < toMs - DAY_MS / 6 ? morning : middle;
    const times = { actual_start_time: minute(began), actual_end_time: minute(began + minutes * MINUTE_MS) };
    const plan = planOf(stay, 'Completed', procedure);
    const when = { scheduled_date: day(began), scheduled_time: minute(began).slice(11, 16), status: 'Completed' };
    const booked = bookingOf(stay, plan, procedure, minutes, { ...when, ...times, procedure_performed: procedure });
    const note = wish('operation_notes', {
      patient_id: stay.patientId,
      admission_id: stay.admissionId,
      surgery_booking_id: booked.id,
      started_at: times.actual_start_time,
      ended_at: times.actual_end_time,
      surgeon_id: stay.consultantId,
      anaesthesia_type: chance.pick(['General', 'Regional block'] as const),
      procedure_performed: procedure,
      findings: stay.diagnosis,
      counts: 'Correct',
      estimated_blood_loss_ml: blood + chance.below(50),
      is_final: stay.consultantId !== null,
      signed_by: stay.consultantId,
      signed_at: stay.consultantId === null ? null : times.actual_end_time,
    });
    return [plan, booked, note];
  }

  /** The next place on the list of this surgeon, in the coming days; one theatre each. */
  function slotOf(surgeon: string): Patch | undefined {
    const n = taken.get(surgeon) ?? 0;
    if (n >= SLOTS.length * DAYS_AHEAD) return undefined;
    taken.set(surgeon, n + 1);
    const theatre = [...taken.keys()].indexOf(surgeon) + 1;
    const onDay = day(options.nowMs + (1 + Math.floor(n / SLOTS.length)) * DAY_MS);
    return { scheduled_date: onDay, scheduled_time: SLOTS[n % SLOTS.length] as string, theatre_number: `Main ${theatre}` };
  }

  /** A patient who is in now: the plan is under way, for some with an operation in the coming days. */
  function present(stay: DemoStay, operation: readonly [string, number, number]): DemoWish[] {
    const [procedure, minutes] = operation;
    const plan = planOf(stay, 'Active', procedure);
    const wishes = [
      plan,
      stepOf(stay, plan, 1, 'Blood count, group and save', 'Investigation', stay.fromMs + 2 * DAY_MS < options.nowMs),
      stepOf(stay, plan, 2, procedure, 'Procedure', false),
    ];
    const slot = stay.consultantId !== null && chance.odds(0.3) ? slotOf(stay.consultantId) : undefined;
    if (!slot) return wishes;
    const booked = bookingOf(stay, plan, procedure, minutes, { ...slot, status: 'Scheduled' });
    wishes.push(booked);
    if (chance.odds(0.6)) wishes.push(assessmentOf(stay, booked));
    if (meetings < MEETINGS) wishes.push(...meetingOf(stay, procedure));
    return wishes;
  }

  /** One a week. */
  function meetingOf(stay: DemoStay, procedure: string): DemoWish[] {
    const meeting = wish('mdt_meetings', {
      meeting_title: 'Reconstruction meeting',
      meeting_date: day(options.nowMs + (1 + 7 * meetings++) * DAY_MS),
      meeting_time: '13:00',
      venue: 'Seminar room',
      chairperson_id: stay.consultantId,
      status: 'Scheduled',
    });
    const of = { mdt_meeting_id: meeting.id };
    return [
      meeting,
      wish('mdt_attendances', { ...of, user_id: stay.consultantId, specialty: 'Plastic surgery', attendance: 'Confirmed' }),
      wish('mdt_cases', {
        ...of,
        patient_id: stay.patientId,
        case_summary: stay.diagnosis,
        question: `${procedure}: timing and cover`,
        presenting_clinician_id: stay.consultantId,
      }),
    ];
  }

  const assessmentOf = (stay: DemoStay, booked: DemoWish): DemoWish =>
    wish('preoperative_assessments', {
      patient_id: stay.patientId,
      admission_id: stay.admissionId,
      surgery_booking_id: booked.id,
      assessed_at: minute(Math.max(stay.fromMs, options.nowMs - 2 * HOUR_MS)),
      asa_class: chance.pick(['I', 'II', 'II', 'III'] as const),
      mallampati: chance.pick(['I', 'II', 'III'] as const),
      investigations_outstanding: ['Full blood count'],
    });

  return (stay) => {
    const operation = OPERATIONS[stay.diagnosis];
    if (!operation) return [];
    if (stay.toMs === null) return chance.odds(0.6) ? present(stay, operation) : [];
    return chance.odds(0.25) ? past(stay, stay.toMs, operation) : [];
  };
}
