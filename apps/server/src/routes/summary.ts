import {
  type AnyRow,
  admissionSummary,
  type Chart,
  DRAFTED_BY_RULES,
  may,
  ProblemError,
  RECORDS,
  type RecordDef,
  recordOf,
  SUMMARY_KINDS,
  summaryText,
} from '@psa/domain';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { auditEntry } from '../auth/audit.ts';
import { writeOne } from '../db/write.ts';
import { idOf, take, uuid } from './input.ts';
import { refuse } from './refuse.ts';
import { originOf, type Services, sessionOf, signedIn } from './services.ts';
import { timeZoneOf } from './time-zone.ts';

const STAYS = RECORDS.patient_admissions as unknown as RecordDef;
const wishes = z.strictObject({ admission_id: uuid.optional(), row_version: z.int().min(1).optional() });

/**
 * GET /api/patients/:id/admission-summary?admission_id=: a summary of a stay (the open or latest one unless told), drafted by rules: no language
 * model is asked. POST keeps the draft as the summary of the stay.
 */
export function summaryRoutes(app: FastifyInstance, s: Services): void {
  const onRequest = signedIn(s);
  const path = '/api/patients/:id/admission-summary';

  app.get(path, { onRequest }, async (request) => {
    const { admission_id } = take(wishes.pick({ admission_id: true }), request.query);
    const chart = await chartOf(s, request, admission_id);
    return draft(s, chart);
  });

  app.post(path, { onRequest }, async (request) => {
    const { actor } = sessionOf(request);
    if (!may(actor, 'edit', STAYS)) await refuse(s, request, STAYS, 'edit');
    const { admission_id, row_version } = take(wishes, request.body ?? {});
    const chart = await chartOf(s, request, admission_id);
    const made = draft(s, chart);
    // Only the server writes a summary; the right to change the stay was asked above.
    const written = await writeOne(
      s,
      { actor, origin: 'server', from: originOf(request) },
      {
        kind: STAYS.name,
        id: chart.stay.id,
        op: 'edit',
        patch: { ai_summary: made.text, ai_generated_at: made.drafted_at },
        ...(row_version === undefined ? {} : { base: row_version }),
      },
    );
    return { ...made, patient_admission: written ?? chart.stay };
  });
}

function draft(s: Services, chart: Chart) {
  const sentences = admissionSummary(chart);
  return {
    patient_id: chart.patient.id,
    admission_id: chart.stay.id,
    drafted_by: 'rules',
    drafted_at: new Date(s.now()).toISOString(),
    note: DRAFTED_BY_RULES,
    sentences,
    text: summaryText(sentences),
  };
}

/** Puts the later, or greater, of two texts first. */
const later = (a: unknown, b: unknown): number => Number(String(a) < String(b)) - Number(String(a) > String(b));

/** Everything a draft reads: of each kind, only what this person may read. That the chart was read is audited before it is answered. */
async function chartOf(s: Services, request: FastifyRequest, admissionId: string | undefined): Promise<Chart> {
  const { actor, device_id } = sessionOf(request);
  const { facility_id: facility } = actor;
  const id = idOf(request.params);
  if (!may(actor, 'read', STAYS)) await refuse(s, request, STAYS, 'read');
  const rowsOf = async (kind: string, link: string, ids: readonly string[]): Promise<AnyRow[]> =>
    (await s.rows.pointing(facility, kind, link, ids)).map(({ row }) => JSON.parse(row) as AnyRow);
  const [patient, stays] = await Promise.all([
    s.rows.present(facility, 'patients', id),
    rowsOf('patient_admissions', 'patient_id', [id]),
  ]);
  if (patient === undefined) throw new ProblemError('NOT_FOUND');
  stays.sort((a, b) => later(a.admission_date, b.admission_date) || later(a.id, b.id));
  const stay = admissionId
    ? stays.find((one) => one.id === admissionId)
    : (stays.find((one) => one.status === 'Active') ?? stays[0]);
  if (!stay) throw new ProblemError('NOT_FOUND', { say: 'This patient has no such stay.' });
  const kinds = SUMMARY_KINDS.filter((kind) => {
    const def = recordOf(kind);
    return def !== undefined && may(actor, 'read', def);
  });
  const direct = kinds.filter((kind) => kind !== 'prescription_items');
  const found = await Promise.all(direct.map(async (kind) => [kind, await rowsOf(kind, 'patient_id', [id])] as const));
  const rows: Record<string, AnyRow[]> = Object.fromEntries(found);
  if (kinds.includes('prescription_items')) {
    const headers = rows.prescriptions ?? [];
    rows.prescription_items = await rowsOf(
      'prescription_items',
      'prescription_id',
      headers.map((row) => row.id),
    );
  }
  const names = await namesOf(s, facility);
  const entry = auditEntry('summary', s.now(), originOf(request), {
    user_id: actor.user_id,
    device_id,
    table_name: 'patients',
    record_id: id,
    new_values: { admission_id: stay.id },
  });
  await s.audit.add(facility, entry);
  return {
    patient: JSON.parse(patient) as AnyRow,
    stay,
    rows,
    nameOf: (kind, rowId) => names.get(`${kind}/${rowId}`),
    time_zone: await timeZoneOf(s.rows, facility),
  };
}

/** Names of people and wards, for links. */
async function namesOf(s: Services, facility: string): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  for (const [kind, field] of [
    ['users', 'full_name'],
    ['wards', 'name'],
  ] as const) {
    for (const text of await s.rows.all(facility, kind)) {
      const row = JSON.parse(text) as AnyRow;
      if (typeof row[field] === 'string') names.set(`${kind}/${row.id}`, row[field]);
    }
  }
  return names;
}
