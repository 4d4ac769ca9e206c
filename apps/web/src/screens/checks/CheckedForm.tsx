import type { Patch } from '@psa/domain';
import { type ReactNode, Suspense } from 'react';
import type { Raws } from '../../record/form.ts';
import { type FormCheck, RecordForm, type RecordFormProps } from '../../record/RecordForm.tsx';
import { Findings, NotChecked } from './Findings.tsx';
import { LabForm } from './LabForm.tsx';
import { OperationForm } from './OperationForm.tsx';
import { ProphylaxisForm } from './ProphylaxisForm.tsx';
import { draftLine, EXPLAIN, isExplained } from './prescribing.ts';
import { useChecks } from './rules.ts';
import { UnitForm } from './UnitForm.tsx';
import { usePrescribingFacts } from './use-prescribing.ts';

/** What of a line the checks judge: an edit of anything else (stopping it, dispensing it) is not held up. */
const JUDGED = ['medication_name', 'dosage', 'frequency', 'route'] as const;

/** Written by the checks, never by hand. */
const KEPT: readonly string[] = ['override_warnings', 'checked_by_reference'];

const SECTION = 'Medicine';

const CHECKED: Readonly<Record<string, (props: RecordFormProps) => ReactNode>> = {
  prescription_items: MedicineForm,
  lab_investigations: LabForm,
  blood_transfusions: UnitForm,
  surgery_bookings: OperationForm,
  surgical_checklists: ProphylaxisForm,
  operation_notes: ProphylaxisForm,
};

/** A form whose record is checked while it is written: medicines, laboratory results, units of blood; any other is the plain form. */
export function CheckedForm(props: RecordFormProps) {
  const Checked = CHECKED[props.def.name];
  return Checked ? (
    <Suspense fallback={<div className="form-wait" aria-busy />}>
      <Checked {...props} />
    </Suspense>
  ) : (
    <RecordForm {...props} />
  );
}

function MedicineForm(props: RecordFormProps) {
  const rules = useChecks();
  const row = props.row as (RecordFormProps['row'] & Patch) | undefined;
  const known = props.patientId ?? row?.patient_id ?? props.fixed?.patient_id;
  const patientId = typeof known === 'string' ? known : undefined;
  const copied = props.copied as { id?: string } | undefined;
  const facts = usePrescribingFacts(patientId, row?.id ?? copied?.id);
  const fields = (props.fields ?? Object.keys(props.def.fields)).filter((name) => !KEPT.includes(name));
  const check = (raws: Raws): FormCheck => {
    if (!rules || !facts) return { section: SECTION, said: <NotChecked />, problems: {}, more: {} };
    const line = draftLine(raws);
    const findings = rules.checks.checkPrescription([line], facts, rules.prescribing);
    const shown = { section: SECTION, said: <Findings findings={findings} label="What the checks say" /> };
    const changed = !row || JUDGED.some((name) => (raws[name] ?? null) !== (row[name] ?? null));
    if (!changed || !fields.includes('override_reason')) return { ...shown, problems: {}, more: {} };
    const kept: Patch = {
      override_warnings: rules.checks.overruledWords(findings) || null,
      checked_by_reference: rules.checks.entriesUsed(line, findings, rules.prescribing),
    };
    return {
      ...shown,
      problems: isExplained(findings, raws.override_reason) ? {} : { override_reason: EXPLAIN },
      more: Object.fromEntries(Object.entries(kept).filter(([name, words]) => words !== (row?.[name] ?? null))),
    };
  };
  return <RecordForm {...props} fields={fields} check={check} />;
}
