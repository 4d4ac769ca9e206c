import type { Patch } from '@psa/domain';
import type { TableMap } from '../map.ts';
import { asLines, type Reading } from '../reading.ts';
import type { LegacyRow } from '../source.ts';

/** Longest text of a document, less a line for what is left out. */
const TEXT_MAX = 19_500;
/** Longer than any sentence: a picture as text. */
const PICTURE_LEAST = 2_000;

/** How a row points to its patient, in whichever of the earlier apps. */
export const PATIENT = ['patient_id', 'patientId', 'patient'] as const;

/** The row without pictures, which stay with the row that is kept, and without its ids. */
function readable(value: unknown): unknown {
  if (typeof value === 'string' && (value.startsWith('data:') || (value.length > PICTURE_LEAST && !/\s/.test(value))))
    return `[a file of ${Math.ceil(value.length / 1000)} kB, kept with the earlier row]`;
  if (Array.isArray(value)) return value.map(readable);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, readable(one)]));
}

const NOT_WORDS = new Set<string>(['id', 'synced', 'deleted', 'serverId', ...PATIENT]);

/**
 * A row that no record of ours takes, as a document of its patient that a clinician can read: every field in words, as it was entered.
 * It is not final: a person reads it first.
 */
export function documentOf(row: LegacyRow, patient_id: string, title: string, warning: string | null): Patch {
  const words = asLines(readable(Object.fromEntries(Object.entries(row).filter(([field]) => !NOT_WORDS.has(field)))));
  const lead = `From the earlier app, as it was entered there.${warning === null ? '' : ` ${warning}`}\n\n`;
  const whole = lead + words;
  const content = whole.length <= TEXT_MAX ? whole : `${whole.slice(0, TEXT_MAX)}\n… The rest is kept with the earlier row.`;
  return { patient_id, kind: 'Other', title: title.slice(0, 200), content, drafted_by_rules: true };
}

/** A table whose rows become documents. */
export const asDocuments = (table: string, title: string, warning: string | null = null): TableMap => ({
  table,
  kind: 'clinical_documents',
  patch(r: Reading) {
    const patient = r.link('patients', true, ...PATIENT);
    if (r.raw(...PATIENT) === undefined) r.problems.patient_id = 'It names no patient.';
    r.readAll();
    const kind = DOCUMENT_KINDS[table];
    return { ...documentOf(r.row, patient ?? '', title, warning), ...(kind === undefined ? {} : { kind }) };
  },
});

const DOCUMENT_KINDS: Readonly<Record<string, string>> = {
  discharge_summaries: 'Discharge summary',
  discharges: 'Discharge summary',
};
