import type { Patch } from '@psa/domain';
import type { Finding, UnitFit } from '@psa/domain/checks';
import type { Raws } from '../../record/form.ts';
import { type FormCheck, RecordForm, type RecordFormProps } from '../../record/RecordForm.tsx';
import { Findings } from './Findings.tsx';
import { useChecks } from './rules.ts';

const JUDGED = ['component', 'donor_group', 'patient_group'] as const;
const EXPLAIN = 'Say why this unit is given all the same, or choose another.';

const word = (raw: Raws[string] | undefined): string | null => (typeof raw === 'string' && raw !== '' ? raw : null);

const SEVERITY = { never: 'stop', unusual: 'stop', good: 'note' } as const;

const findingOf = ({
  fit,
  say,
  source,
}: UnitFit): Pick<Finding, 'severity' | 'say' | 'why' | 'source' | 'entry'> & { code: string } => ({
  code: `unit.${fit ?? 'not_checked'}`,
  severity: fit === null ? 'note' : SEVERITY[fit],
  say,
  why: '',
  source,
  entry: null,
});

/** A transfusion: the unit is held against the patient by what its component is made of. What must never be given is refused by its own rule. */
export function UnitForm(props: RecordFormProps) {
  const rules = useChecks();
  const row = props.row as (RecordFormProps['row'] & Patch) | undefined;
  const offered = props.fields ?? Object.keys(props.def.fields);
  const check = (raws: Raws): FormCheck => {
    const [component, donor, patient] = [word(raws.component), word(raws.donor_group), word(raws.patient_group)];
    const none = { section: 'Unit', said: null, problems: {}, more: {} };
    if (!rules || component === null || donor === null) return none;
    const unit = rules.checks.checkUnit(component, donor, patient);
    const said = <Findings findings={[findingOf(unit)]} label="What the checks say of the unit" />;
    const changed = !row || JUDGED.some((name) => word(raws[name]) !== word(row[name] ?? null));
    const unexplained = unit.fit === 'unusual' && changed && offered.includes('exception_reason');
    const problems: Record<string, string> =
      unexplained && word(raws.exception_reason) === null ? { exception_reason: EXPLAIN } : {};
    return { ...none, said, problems };
  };
  return <RecordForm {...props} check={check} />;
}
