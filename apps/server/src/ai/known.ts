import {
  type AnyRow,
  Disguise,
  type KnownIdentifiers,
  type KnownPerson,
  numbersToLookUp,
  ProblemError,
  wordsToLookUp,
} from '@psa/domain';
import type { Database } from '../db/database.ts';
import type { RowReader } from '../db/rows.ts';

/** Patients that one text may name by number; a list longer than this is no question about a patient. */
const PATIENTS_MAX = 50;

const textOf = (row: AnyRow, field: string): string[] => {
  const value = row[field];
  return typeof value === 'string' && value !== '' ? [value] : [];
};

/** Who the patients of a question are. */
async function knownOf(db: Database, rows: RowReader, facility: string, ids: readonly string[]): Promise<KnownIdentifiers> {
  const found = await Promise.all(ids.map((id) => rows.row(facility, 'patients', id)));
  const patients = found.filter((row) => row !== undefined);
  const { rows: stays } = await db.of(facility).query<{ admission_number: string }>({
    name: 'admission numbers',
    text: 'select admission_number from patient_admissions where facility_id = $1 and patient_id = any($2::uuid[])',
    values: [facility, ids],
  });
  const each = (...fields: string[]) => patients.flatMap((row) => fields.flatMap((field) => textOf(row, field)));
  return {
    people: patients.flatMap((row): KnownPerson[] => [
      { as: 'PATIENT', names: ['first_name', 'last_name', 'other_names'].flatMap((field) => textOf(row, field)) },
      { as: 'KIN', names: textOf(row, 'emergency_contact_name') },
    ]),
    numbers: [...each('hospital_number'), ...stays.map((stay) => stay.admission_number)],
    phones: each('phone', 'emergency_contact_phone'),
    born: each('date_of_birth'),
    addresses: each('address'),
    places: each('city', 'local_government_area'),
  };
}

/**
 * What takes out of these texts whoever they name: the patient they are about, other patients whose hospital number or phone they hold, and
 * every word that is a name of a patient, next of kin or person of the facility. Looks up the words of the texts; reads no list.
 * Throws INVALID beside `messages` when the texts hold numbers of more patients than are looked up: the rest would leave as it is.
 */
export async function disguiseFor(
  db: Database,
  rows: RowReader,
  facility: string,
  texts: readonly string[],
  patientId: string | null,
): Promise<Disguise> {
  const whole = texts.join('\n');
  const { numbers, phones } = numbersToLookUp(whole);
  const [names, numbered] = await Promise.all([
    db.of(facility).query<{ word: string }>({
      name: 'known names',
      text: 'select word from known_names($1::text[]) as word',
      values: [wordsToLookUp(whole)],
    }),
    db.of(facility).query<{ id: string }>({
      name: 'patients numbered',
      text: 'select id from patients_numbered($1::text[], $2::text[]) as id limit $3',
      // One more tells that there are more.
      values: [numbers, phones, PATIENTS_MAX + 1],
    }),
  ]);
  if (numbered.rows.length > PATIENTS_MAX) {
    const say = `The numbers of more than ${PATIENTS_MAX} patients in one question are too many. Please ask about fewer.`;
    throw new ProblemError('INVALID', { fields: { messages: say } });
  }
  const words = new Set(names.rows.map(({ word }) => word));
  const ids = [...new Set([...(patientId === null ? [] : [patientId]), ...numbered.rows.map(({ id }) => id)])];
  return new Disguise(await knownOf(db, rows, facility, ids), (word) => words.has(word));
}
