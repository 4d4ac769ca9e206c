import type { Patch } from '@psa/domain';
import { useMemo } from 'react';
import { usePresent } from '../../record/present.ts';
import { RecordForm, type RecordFormProps } from '../../record/RecordForm.tsx';
import { WIDGETS, type Widget } from '../../record/widgets.tsx';
import { useRow } from '../../store/index.ts';
import { ageInYears } from '../../ui/age.ts';
import { type FlagOf, judgeValues } from './lab-values.ts';
import { ResultValues } from './ResultValues.tsx';
import { useChecks } from './rules.ts';

/** An investigation: its values are flagged as they are typed; a critical one asks who was told. */
export function LabForm(props: RecordFormProps) {
  const rules = useChecks();
  const { today } = usePresent();
  const row = props.row as (RecordFormProps['row'] & Patch) | undefined;
  const known = props.patientId ?? row?.patient_id ?? props.fixed?.patient_id;
  const patient = useRow('patients', typeof known === 'string' ? known : undefined);
  const [gender, born] = [patient?.gender, patient?.date_of_birth];
  const flagOf: FlagOf = useMemo(() => {
    const sex = gender === 'Male' ? ('male' as const) : gender === 'Female' ? ('female' as const) : null;
    const age = born ? ageInYears(born, today) : null;
    return ({ name, value, unit }) =>
      rules ? rules.checks.flagResult(name, value, unit.trim() || null, sex, age, rules.laboratory) : null;
  }, [rules, gender, born, today]);
  // A new function would be a new box, and whoever types would lose it.
  const widgets = useMemo(
    (): Readonly<Record<string, Widget>> => ({
      result_values: rules ? (p) => <ResultValues {...p} flagOf={flagOf} /> : WIDGETS.json,
    }),
    [rules, flagOf],
  );
  const offered = props.fields ?? Object.keys(props.def.fields);
  return (
    <RecordForm
      {...props}
      widgets={{ ...props.widgets, ...widgets }}
      check={(raws) => ({
        section: 'Result',
        said: null,
        ...(rules ? judgeValues(raws, flagOf, rules.checks.isCritical, offered) : { problems: {}, more: {} }),
      })}
    />
  );
}
