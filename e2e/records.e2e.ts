import {
  addEntry,
  addLine,
  change,
  openEntry,
  openKind,
  openPatient,
  prescribe,
  register,
  saved,
  sent,
  shows,
  signIn,
} from './kit/app.ts';
import { expect, test } from './kit/test.ts';

const SIGN_IN = {
  'Patient has confirmed identity, site and procedure': 'Yes',
  'Consent confirmed': 'Yes',
  'Site marked, or marking not applicable': 'Yes',
  'Anaesthesia machine and medication check complete': 'Yes',
  'Pulse oximeter on the patient and working': 'Yes',
  'Equipment checked': 'Yes',
  'Allergies checked': 'Yes',
  'Patient has a known allergy': 'No',
  'Difficult airway or aspiration risk': 'No',
  'Risk of losing more than 500 mL of blood (children: 7 mL/kg)': 'No',
};

type Row = Record<string, unknown>;

test('a day on the ward without a network: observations, medicines, a corrected wound, a plan, a signed checklist', async ({
  hospital,
  unpack,
}) => {
  test.setTimeout(300_000);
  const [a, b] = await Promise.all([unpack('tablet A'), unpack('tablet B')]);
  await Promise.all([signIn(a, 'registrar'), signIn(b, 'doctor')]);
  await register(a, { Surname: 'Eze', 'First name': 'Ngozi', 'Hospital number': 'PS-8001' });
  await sent(a);
  const patient = new URL(a.page.url()).pathname;
  const toPatient = () => openPatient(a, 'PS-8001');

  await a.offline();
  await addEntry(a, 'observation set', { Observed: 'now', Pulse: '88', Temperature: '37,2' });
  await shows(a, '37.2 °C');
  await toPatient();
  await prescribe(a, [
    { Medicine: 'Ceftriaxone', Dose: '1 g', Route: 'Intravenous', 'How often': 'Once a day', Quantity: '5' },
    { Medicine: 'Paracetamol', Dose: '1 g', Route: 'By mouth', 'How often': 'Every 8 hours', 'Only when needed': 'Yes' },
  ]);
  await toPatient();
  await addEntry(a, 'wound assessment', { Site: 'Left forearm', Assessed: 'now', Length: '40', Width: '6' });
  await openEntry(a, 'Left forearm');
  await change(a, 'Correct', { Length: '4', 'What was wrong': 'Measured across, not along' });
  await shows(a, '4 cm');
  await toPatient();
  await addEntry(a, 'treatment plan', {
    'Name of the plan': 'Skin graft, left forearm',
    Diagnosis: 'Granulating wound',
    Status: 'Draft',
  });
  // Who approves is said; it is not offered.
  await a.page.getByRole('button', { name: 'Edit', exact: true }).click();
  await expect(a.page.getByText('Set by: consultant.').first()).toBeVisible();
  await expect(a.page.getByRole('group', { name: 'Approved' })).toHaveCount(0);
  await a.page.getByRole('button', { name: 'Close', exact: true }).click();
  await addLine(a, 'step of a plan', { Number: '1', Step: 'Debridement', Status: 'Pending' });
  await toPatient();
  await addEntry(a, 'operation', { Procedure: 'Split skin graft', Day: 'tomorrow', Time: '09:00', Status: 'Scheduled' });
  await addLine(a, 'surgical safety checklist', { ...SIGN_IN, 'Sign In signed': 'Yes' });
  await saved(a);

  await a.offline(false);
  await sent(a);

  // What was signed stands, with the sentence of its rule; the next phase is open.
  await openEntry(a, 'Split skin graft');
  await shows(a, 'This phase was signed and stays as it is.');
  await a.page.getByRole('button', { name: 'Edit', exact: true }).click();
  await expect(a.page.getByRole('group', { name: 'Consent confirmed' })).toHaveCount(0);
  await expect(a.page.getByRole('group', { name: 'Name of the procedure recorded' })).toBeVisible();

  await openPatient(b, 'PS-8001');
  await openKind(b, 'Treatment plans');
  await openEntry(b, 'Skin graft, left forearm');
  await shows(b, 'Debridement');
  await change(b, 'Edit', { Approved: 'Yes', Status: 'Active' });
  await sent(b);
  await shows(b, 'This approval stands.');
  await openPatient(b, 'PS-8001');
  await openKind(b, 'Prescriptions');
  await expect(
    b.page.locator('.table-link').filter({ hasText: /Ceftriaxone.*Paracetamol|Paracetamol.*Ceftriaxone/ }),
  ).toHaveCount(1);
  await openPatient(b, 'PS-8001');
  await openKind(b, 'Wound care');
  await expect(b.page.locator('.table-link')).toHaveCount(1);

  await toPatient();
  await openKind(a, 'Treatment plans');
  await openEntry(a, 'Skin graft, left forearm');
  await shows(a, 'This approval stands.');

  const ask = await hospital.as('doctor');
  const id = patient.split('/').at(-1);
  const of = async (path: string): Promise<Row[]> => {
    const answer = await ask<Record<string, unknown>>('GET', `/api/sync/${path}?patient_id=${id}`);
    return Object.values(answer).find((value): value is Row[] => Array.isArray(value)) ?? [];
  };
  expect(await of('vital-signs')).toMatchObject([{ pulse: 88, temperature: 37.2 }]);
  const [prescription] = await of('prescriptions');
  const items = prescription?.items as Row[];
  expect(items.map((item) => [item.medication_name, item.quantity]).sort()).toEqual([
    ['Ceftriaxone', 5],
    ['Paracetamol', null],
  ]);
  expect(await of('wound-care-records')).toMatchObject([{ length: 4, width: 6 }]);
  expect(await of('treatment-plans')).toMatchObject([{ status: 'Active', approved: true }]);
  expect(await of('surgical-checklists')).toMatchObject([{ sign_in_completed: true, time_out_completed: null }]);
});

test('a critical result rings on the tablet of whoever asked for it, and is quiet once read', async ({ unpack }) => {
  const [a, b] = await Promise.all([unpack('tablet A'), unpack('tablet B', { width: 360, height: 740 })]);
  await Promise.all([signIn(a, 'registrar'), signIn(b, 'doctor')]);
  await register(a, { Surname: 'Bassey', 'First name': 'Effiong', 'Hospital number': 'PS-8002' });
  await addEntry(a, 'investigation', { Kind: 'Imaging', Test: 'CT of the chest', Status: 'Ordered' });
  await sent(a);

  await openPatient(b, 'PS-8002');
  await openKind(b, 'Investigations');
  await openEntry(b, 'CT of the chest');
  await change(b, 'Edit', {
    Status: 'Completed',
    'Result of': 'now',
    'Imaging report': 'Tension pneumothorax.',
    Critical: 'Yes',
  });
  await sent(b);

  const bell = a.page.getByRole('banner').getByRole('button', { name: '1 unread notice' });
  await expect(bell).toBeVisible({ timeout: 60_000 });
  await expect(b.page.getByRole('button', { name: 'No unread notices' })).toBeVisible();
  await bell.click();
  const panel = a.page.getByRole('dialog');
  await panel.getByRole('link', { name: /CT of the chest/ }).click();
  await shows(a, 'Tension pneumothorax.');
  await bell.click();
  await panel.getByRole('button', { name: /^Mark as read/ }).click();
  await expect(a.page.getByRole('button', { name: 'No unread notices' })).toBeVisible();
  await sent(a);
});
