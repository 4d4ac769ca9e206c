import { TextInput } from '@mantine/core';
import { useMemo } from 'react';
import { RecordForm, type RecordFormProps } from '../../record/RecordForm.tsx';
import { common, typed } from '../../record/widget.ts';
import type { Widget } from '../../record/widgets.tsx';
import { useRows } from '../../store/index.ts';
import { entries, titleOfEntry } from '../reference/kinds.ts';
import { ReferenceNote } from '../reference/Named.tsx';

const LIST = 'procedures-of-the-reference';

const ProcedureBox: Widget = (p) => (
  <TextInput
    {...common(p)}
    value={typed(p.raw)}
    onChange={(e) => p.onChange(e.currentTarget.value)}
    list={LIST}
    autoComplete="off"
  />
);

/** An operation: procedures are offered by the names of the reference, which says what they are usually planned with. Any other name may be written. */
export function OperationForm(props: RecordFormProps) {
  const rows = useRows('reference_procedures');
  const names = useMemo(
    () => entries('reference_procedures', rows).map(({ used }) => titleOfEntry('reference_procedures', used)),
    [rows],
  );
  return (
    <>
      <datalist id={LIST}>
        {names.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <RecordForm
        {...props}
        widgets={{ ...props.widgets, procedure_name: ProcedureBox }}
        check={(raws) => ({
          section: 'Operation',
          said: <ReferenceNote kind="surgery_bookings" row={raws} />,
          problems: {},
          more: {},
        })}
      />
    </>
  );
}
