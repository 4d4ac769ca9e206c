import type { AnyRow } from '../record.ts';
import { type Chart, joined, labelOf, momentWords, type Part, recorded, restsOn, type Sentence, sentence } from './sentence.ts';

const PATIENT = 'patients';
const STAY = 'patient_admissions';
/** Told in full when recorded, and named when not. */
const STORY = [
  'presenting_complaint',
  'history_of_presenting_complaint',
  'past_medical_history',
  'past_surgical_history',
  'family_history',
  'social_history',
  'examination_findings',
  'provisional_diagnosis',
] as const;
const KNOWN_OF_PATIENT = ['chronic_conditions', 'current_medications', 'blood_group', 'genotype'] as const;

/** Whole years on a day, both `YYYY-MM-DD`. */
function yearsOn(born: string, day: string): number {
  const years = Number(day.slice(0, 4)) - Number(born.slice(0, 4));
  return day.slice(5) < born.slice(5) ? years - 1 : years;
}

function ageParts({ patient, stay }: Chart): Part[] {
  const born = patient.date_of_birth;
  const precision = restsOn(PATIENT, patient.id, 'date_of_birth_precision');
  if (typeof born !== 'string') return [precision, ', age not known'];
  const years = yearsOn(born, String(stay.admission_date).slice(0, 10));
  const age = years < 2 ? 'under 2 years old' : `${years} years old`;
  const about = patient.date_of_birth_precision === 'Estimated' ? ', about ' : ', ';
  return [precision, about, { text: age, source: { kind: PATIENT, id: patient.id, field: 'date_of_birth' } }, ' on admission'];
}

/** Who the patient is, and how the stay began and ended. */
export function aboutStay(chart: Chart): Sentence[] {
  const { patient, stay } = chart;
  const of = (kind: string, row: AnyRow, field: string): Part[] => {
    const value = recorded(chart, kind, row, field);
    return value ? [value] : [];
  };
  const name = joined(
    ['first_name', 'other_names', 'last_name'].flatMap((f) => of(PATIENT, patient, f)),
    ' ',
  );
  const sex = of(PATIENT, patient, 'gender');
  const who = [
    ...name,
    ...ageParts(chart),
    ...(sex.length ? [', ', ...sex] : []),
    ', hospital number ',
    ...of(PATIENT, patient, 'hospital_number'),
  ];
  const number = recorded(chart, STAY, stay, 'bed_number');
  const bed: Part[] = number ? [{ ...number, text: `bed ${number.text}` }] : [];
  const place = joined([...of(STAY, stay, 'ward_id'), ...bed], ' ');
  const admitted: Part[] = [
    'Admitted on ',
    ...of(STAY, stay, 'admission_date'),
    ...of(STAY, stay, 'admission_type').flatMap((type): Part[] => [' (', type, ')']),
    ...(place.length ? [' to ', ...place] : []),
    ...of(STAY, stay, 'consultant_id').flatMap((consultant): Part[] => [' under ', consultant]),
    ', admission number ',
    ...of(STAY, stay, 'admission_number'),
  ];
  const ended: Sentence[] =
    stay.status === 'Active'
      ? [sentence('Stay', ['The patient is in hospital', restsOn(STAY, stay.id, 'status')])]
      : [
          sentence('Stay', [
            'The stay ended on ',
            ...of(STAY, stay, 'discharge_date'),
            ': ',
            ...of(STAY, stay, 'status'),
            ...of(STAY, stay, 'discharge_note').flatMap((note): Part[] => ['; ', note]),
          ]),
        ];
  return [sentence('Stay', who), sentence('Stay', admitted), ...ended, ...story(chart)];
}

function story(chart: Chart): Sentence[] {
  const { patient, stay } = chart;
  const fields = [
    ...STORY.map((f) => [STAY, stay, f] as const),
    ...KNOWN_OF_PATIENT.map((f) => [PATIENT, patient, f] as const),
  ];
  const told: Sentence[] = [];
  const missing: Part[] = [];
  for (const [kind, row, field] of fields) {
    const value = recorded(chart, kind, row, field);
    if (value) told.push(sentence('History', [`${labelOf(kind, field)}: `, value]));
    else missing.push({ text: labelOf(kind, field), source: { kind, id: row.id, field } });
  }
  return missing.length === 0 ? told : [...told, sentence('History', ['Not recorded: ', ...joined(missing, ', ')], true)];
}

/** Allergies. That none was recorded is no statement that there is none. */
export function aboutAllergies(chart: Chart): Sentence[] {
  const kind = 'patient_allergies';
  const rows = chart.rows[kind];
  const written = recorded(chart, PATIENT, chart.patient, 'allergies');
  const old = written ? [sentence('Allergies', ['Allergies as written in an older record: ', written])] : [];
  if (rows === undefined) return old;
  const active = rows.filter((row) => row.status === 'Active');
  const allergies = active.filter((row) => row.assertion === 'Allergy');
  if (allergies.length > 0) return [...allergies.map((row) => allergy(chart, row)), ...old];
  const none = active.find((row) => row.assertion === 'No known allergies');
  if (none) {
    const said = { text: 'No known allergies', source: { kind, id: none.id, field: 'assertion' } };
    return [sentence('Allergies', [said, ', as stated on ', momentWords(none.created_at, chart.time_zone)]), ...old];
  }
  return [
    sentence(
      'Allergies',
      [restsOn(kind, null, null), 'No allergies are recorded; that does not mean that there are none'],
      true,
    ),
    ...old,
  ];
}

function allergy(chart: Chart, row: AnyRow): Sentence {
  const kind = 'patient_allergies';
  const parts = ['substance', 'reaction', 'severity'].flatMap((field): Part[] => {
    const value = recorded(chart, kind, row, field);
    return value ? [value] : [];
  });
  return sentence('Allergies', ['Allergy to ', ...joined(parts, ', '), restsOn(kind, row.id, 'status')]);
}
