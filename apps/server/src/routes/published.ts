import { type Json, RECORD_LIST, type RecordDef } from '@psa/domain';

/**
 * The names under which a record was published before it was declared (docs/decisions/0013-published-names.md). The generic routes
 * read this table; a record without an entry is published under its own name.
 */
interface Alias {
  /** Under /api/sync; without it the record's name with dashes. */
  path?: string;
  /** Keys of an answer: several, and one. */
  many?: string;
  one?: string;
  /** Query words beside the fields, for bounds. */
  between?: Readonly<Record<string, { field: string; sign: '>=' | '<=' }>>;
  /** A field to list by, smallest first, instead of newest first. */
  order?: string;
  /** Fields that name one row together: a POST that repeats them changes that row. */
  key?: readonly string[];
  /** The state in which a new row begins its work where the client names none. Nothing clinical is ever filled in. */
  absent?: Readonly<Record<string, Json>>;
  /** Earlier names of fields. */
  renamed?: Readonly<Record<string, string>>;
  /** What earlier clients send and the server finds out by itself. */
  ignored?: readonly string[];
  /** Earlier forms of values, brought into ours. */
  forms?: Readonly<Record<string, (value: Json) => Json>>;
  /** Rows of another record that travel inside this one, written with it in one group; `same`: fields they have from it. */
  items?: { kind: string; link: string; key: string; same: readonly string[] };
  /** GET /:id asks by this link: for the one row of it, or for the questions of a lesson with what may be told of their keys. */
  by?: { field: string; answer: 'one' | 'questions' };
}

/** `[{questionId, selectedOptions}]` as `{id: positions}`; anything else is left as it is. */
function byQuestion(answers: Json): Json {
  if (!Array.isArray(answers)) return answers;
  const pairs = answers.map((answer): [string, Json] | undefined => {
    if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return undefined;
    const { questionId, selectedOptions = null } = answer;
    if (typeof questionId !== 'string') return undefined;
    return [questionId, typeof selectedOptions === 'number' ? [selectedOptions] : selectedOptions];
  });
  return pairs.every((pair) => pair !== undefined) ? Object.fromEntries(pairs) : answers;
}

const ALIASES: Readonly<Record<string, Alias>> = {
  treatment_plans: { absent: { status: 'Draft' } },
  treatment_plan_steps: {
    many: 'steps',
    one: 'step',
    order: 'step_number',
    key: ['treatment_plan_id', 'step_number'],
    absent: { status: 'Pending' },
  },
  lab_investigations: { path: 'labs', many: 'labs', one: 'lab', absent: { status: 'Ordered' } },
  surgery_bookings: {
    path: 'surgeries',
    many: 'surgeries',
    one: 'surgery',
    between: { from_date: { field: 'scheduled_date', sign: '>=' }, to_date: { field: 'scheduled_date', sign: '<=' } },
    absent: { status: 'Scheduled' },
  },
  surgical_checklists: {
    many: 'checklists',
    one: 'checklist',
    key: ['surgery_booking_id'],
    by: { field: 'surgery_booking_id', answer: 'one' },
  },
  prescriptions: {
    absent: { status: 'Active' },
    items: { kind: 'prescription_items', link: 'prescription_id', key: 'items', same: ['patient_id'] },
  },
  cme_topics: { many: 'topics', one: 'topic' },
  mcq_questions: { many: 'questions', one: 'question', by: { field: 'cme_topic_id', answer: 'questions' } },
  user_assessments: {
    many: 'assessments',
    one: 'assessment',
    absent: { status: 'In Progress' },
    forms: { answers: byQuestion },
    ignored: ['score', 'total_questions', 'correct_answers'],
  },
};

/** How a record is published. */
export interface Published extends Alias {
  def: RecordDef;
  /** The whole path. */
  path: string;
  many: string;
  one: string;
}

/** Path of a record under /api/sync: `patient_admissions` → `patient-admissions`. */
export const pathOf = (def: RecordDef): string => ALIASES[def.name]?.path ?? def.name.replaceAll('_', '-');

/** One of them, as the key of an answer: `patient_allergies` → `patient_allergy`. */
export const singular = (def: RecordDef): string => def.name.replace(/ies$/, 'y').replace(/ches$/, 'ch').replace(/s$/, '');

/** Every record as it is published. The audit trail is not among them: it has a way of its own (audit.ts). */
export const PUBLISHED: readonly Published[] = RECORD_LIST.filter((def) => !def.chained).map((def) => {
  const alias = ALIASES[def.name] ?? {};
  return { ...alias, def, path: `/api/sync/${pathOf(def)}`, many: alias.many ?? def.name, one: alias.one ?? singular(def) };
});

/** How this record is published. Throws for a name that is not declared. */
export function publishedAs(kind: string): Published {
  const found = PUBLISHED.find(({ def }) => def.name === kind);
  if (!found) throw new Error(`There is no record called ${kind}.`);
  return found;
}

/** Records of the table that are not declared: none, or the table is wrong. */
export const strayAliases = (): string[] =>
  Object.keys(ALIASES).filter((name) => !RECORD_LIST.some((def) => def.name === name));
