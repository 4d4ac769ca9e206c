/** A prescription being written: its head and its lines, read and kept as one. Pure. */
import { type FieldProblems, type Patch, RECORDS, type RecordDef } from '@psa/domain';
import { type Present, type Raws, readForm } from '../../record/form.ts';
import type { Wish } from '../../store/api.ts';
import { EXPLAIN } from '../checks/prescribing.ts';

export const HEAD = RECORDS.prescriptions as unknown as RecordDef;
export const LINE = RECORDS.prescription_items as unknown as RecordDef;
export const HEAD_FIELDS = ['prescription_type', 'diagnosis', 'notes'] as const;
export const LINE_FIELDS = [
  'medication_name',
  'dosage',
  'route',
  'frequency',
  'duration',
  'quantity',
  'unit',
  'as_needed',
  'instructions',
] as const;
/** Asked where a check stops the line; what was written stays in sight. */
export const REASON_FIELDS = ['override_reason'] as const;

/** What stands in the form: ids are made when a line is begun, so that a draft keeps them. */
export interface Written {
  id: string;
  head: Raws;
  lines: { id: string; raws: Raws }[];
}

/** What the checks say of one line. */
export interface LineCheck {
  /** It is stopped, and nobody has written why it is given all the same. */
  unexplained: boolean;
  /** What is kept of the warnings that the reason overrules; null: there were none. */
  warnings: string | null;
  /** The entries of the reference by which it was checked; null: none. */
  used: string | null;
}

export interface ReadPrescription {
  wishes: Wish[];
  head: FieldProblems;
  /** By line, in order. */
  lines: FieldProblems[];
}

const isEmpty = (raws: Raws): boolean => Object.values(raws).every((raw) => raw === null || raw === '');

/** Whether nothing was written yet. */
export const isBlank = ({ head, lines }: Written): boolean => isEmpty(head) && lines.every((line) => isEmpty(line.raws));

/** Reads the whole form. Lines in which nothing stands are left out, unless all are. */
export function readPrescription(
  written: Written,
  fixed: Patch,
  present: Present,
  checked: readonly LineCheck[] = [],
): ReadPrescription {
  const head = readForm(HEAD, written.head, { fixed: { ...fixed, status: 'Active' }, fields: HEAD_FIELDS, present });
  const filled = written.lines.filter((line) => !isEmpty(line.raws));
  const counted = filled.length > 0 ? filled : written.lines;
  const of = { patient_id: fixed.patient_id ?? null, prescription_id: written.id };
  const read = counted.map((line) => {
    const check = checked[written.lines.indexOf(line)];
    const { patch, problems } = readForm(LINE, line.raws, {
      fixed: of,
      fields: [...LINE_FIELDS, ...REASON_FIELDS],
      present,
    });
    const said = check?.unexplained ? { ...problems, override_reason: EXPLAIN } : problems;
    const kept: Patch = {
      ...(check?.warnings ? { override_warnings: check.warnings } : {}),
      ...(check?.used ? { checked_by_reference: check.used } : {}),
    };
    return { line, reading: { patch: { ...patch, ...kept }, problems: said } };
  });
  return {
    wishes: [
      { kind: HEAD.name, id: written.id, op: 'create', base: 0, patch: head.patch },
      ...read.map(({ line, reading }): Wish => ({ kind: LINE.name, id: line.id, op: 'create', base: 0, patch: reading.patch })),
    ],
    head: head.problems,
    lines: written.lines.map((line) => read.find((r) => r.line === line)?.reading.problems ?? {}),
  };
}

/** Whether something must be corrected before it may be saved. */
export const isWrong = (read: ReadPrescription): boolean =>
  [read.head, ...read.lines].some((problems) => Object.keys(problems).length > 0);
