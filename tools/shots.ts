/** What `npm run shots` takes pictures of: the screens that the guide speaks of. */

import type { Ask } from '../e2e/kit/api.ts';
import { type Entry, edit, needsAttention, visit } from '../e2e/kit/app.ts';
import type { Person } from '../e2e/kit/people.ts';
import type { Tablet } from '../e2e/kit/tablet.ts';

/** Somebody of the ward with an allergy, in bed. */
export interface Shown {
  patientId: string;
  /** Somebody who is registered twice, and what the server says of it. */
  twinId: string;
  matchId: string;
}

export interface Screen {
  name: string;
  person: Extract<Person, 'doctor' | 'admin'>;
  path(shown: Shown): string;
  /** What is typed before the picture is taken. */
  typed?: Entry;
  /** What the picture waits for, where the server is asked. */
  shows?: string;
  /** The page to its end, where that is longer than the screen. */
  whole?: true;
  /** The guide shows it: a small copy is kept with its text. */
  inGuide?: true;
}

export const SCREENS: readonly Screen[] = [
  { name: 'today', person: 'doctor', path: () => '/', inGuide: true },
  { name: 'patients', person: 'doctor', path: () => '/patients' },
  { name: 'patient', person: 'doctor', path: ({ patientId }) => `/patients/${patientId}`, inGuide: true },
  { name: 'register', person: 'doctor', path: () => '/patients/new' },
  { name: 'round', person: 'doctor', path: ({ patientId }) => `/patients/${patientId}/record/ward_rounds/new` },
  {
    name: 'prescribe',
    person: 'doctor',
    path: ({ patientId }) => `/patients/${patientId}/record/prescriptions/new`,
    typed: { Medicine: 'Warfarin', Dose: '5 mg' },
  },
  { name: 'book', person: 'doctor', path: ({ patientId }) => `/patients/${patientId}/record/surgery_bookings/new` },
  {
    name: 'duplicate',
    person: 'doctor',
    path: ({ twinId, matchId }) => `/patients/${twinId}/duplicate/${matchId}`,
    whole: true,
  },
  { name: 'looks', person: 'doctor', path: ({ patientId }) => `/patients/${patientId}/looks`, shows: 'Opened the record' },
  { name: 'reference', person: 'doctor', path: () => '/reference/reference_drugs' },
  { name: 'reference-entry', person: 'doctor', path: () => '/reference/reference_drugs/warfarin', whole: true },
  { name: 'wards', person: 'doctor', path: () => '/wards', inGuide: true },
  { name: 'scores', person: 'doctor', path: () => '/scores' },
  { name: 'attention', person: 'doctor', path: () => '/attention', inGuide: true },
  { name: 'safety', person: 'doctor', path: () => '/safety' },
  { name: 'status', person: 'doctor', path: () => '/status', shows: 'Tablets', whole: true },
  { name: 'me', person: 'doctor', path: () => '/me', shows: 'signed in', whole: true },
  { name: 'help', person: 'doctor', path: () => '/help' },
  { name: 'help-page', person: 'doctor', path: () => '/help/everybody' },
  { name: 'devices', person: 'admin', path: () => '/devices', inGuide: true },
  { name: 'accounts', person: 'admin', path: () => '/accounts' },
  { name: 'audit', person: 'admin', path: () => '/audit', shows: 'no. ' },
  { name: 'emergency', person: 'admin', path: ({ patientId }) => `/patients/${patientId}/emergency` },
  { name: 'language-model', person: 'admin', path: () => '/ai-settings' },
];

/** Finds somebody with an allergy who is in hospital. */
export async function somebodyInBed(ask: Ask): Promise<Pick<Shown, 'patientId'>> {
  type Rows = Record<string, { patient_id: string; assertion?: string; status?: string }[]>;
  const { patient_allergies = [] } = await ask<Rows>('GET', '/api/sync/patient-allergies?limit=500');
  const allergic = new Set(patient_allergies.filter((one) => one.assertion === 'Allergy').map((one) => one.patient_id));
  const { patient_admissions = [] } = await ask<Rows>('GET', '/api/sync/patient-admissions?limit=500');
  const stay = patient_admissions.find((one) => one.status === 'Active' && allergic.has(one.patient_id));
  if (!stay) throw new Error('Nobody of this ward is in hospital with an allergy.');
  return { patientId: stay.patient_id };
}

/** Registers somebody twice, a letter other. @returns one of the two, and the match that the server makes of them. */
export async function registeredTwice(ask: Ask): Promise<Pick<Shown, 'twinId' | 'matchId'>> {
  const twin = { last_name: 'Okonkwo', gender: 'Female', date_of_birth: '1987-04-09', date_of_birth_precision: 'Exact' };
  const register = async (first_name: string, hospital_number: string, phone: string) =>
    (
      await ask<{ patient: { id: string } }>('POST', '/api/sync/patients', {
        ...twin,
        ...{ first_name, hospital_number, phone },
      })
    ).patient.id;
  const twinId = await register('Chidinma', 'UNTH/2019/04410', '0803 555 0303');
  await register('Chidima', 'TMP-26-K7W2M4QX', '0803 555 0303');
  type Match = Record<'id' | 'one_id' | 'other_id', string>;
  // A whole ward was registered just before: it has many to look at.
  for (let tries = 0; tries < 240; tries++) {
    const { patient_matches } = await ask<{ patient_matches: Match[] }>('GET', '/api/sync/patient-matches?limit=500');
    const match = patient_matches.find(({ one_id, other_id }) => one_id === twinId || other_id === twinId);
    if (match) return { twinId, matchId: match.id };
    await new Promise((done) => setTimeout(done, 500));
  }
  throw new Error('The server did not find who is registered twice.');
}

/** Lets two people change the same phone number apart, so that there is something to decide. */
export async function disagree(tablet: Tablet, ask: Ask, { patientId }: Shown): Promise<void> {
  await visit(tablet, `/patients/${patientId}`);
  await tablet.offline();
  await edit(tablet, { Phone: '0803 555 0101' });
  await ask('PATCH', `/api/sync/patients/${patientId}`, { phone: '0803 555 0202' });
  await tablet.page.getByRole('button', { name: 'Close this message' }).click();
  await tablet.offline(false);
  await needsAttention(tablet);
}
