import { TextInput } from '@mantine/core';
import { useMemo } from 'react';
import { RecordForm, type RecordFormProps } from '../../record/RecordForm.tsx';
import { common, typed, type WidgetProps } from '../../record/widget.ts';
import type { Widget } from '../../record/widgets.tsx';
import { useRows } from '../../store/index.ts';
import { plainWords } from '../../ui/names.ts';
import { entries, titleOfEntry } from '../reference/kinds.ts';
import { ReferenceNote } from '../reference/Named.tsx';

const KIND = 'reference_procedures';
const OFFERED_MOST = 5;
const BEGUN_CHARS = 3;

/** The names that hold every typed word; none while nothing much is typed, or once one of them stands there. */
function offered(names: readonly string[], text: string): readonly string[] {
  const words = plainWords(text).split(' ').filter(Boolean);
  if (text.trim().length < BEGUN_CHARS || names.some((name) => plainWords(name) === plainWords(text.trim()))) return [];
  return names.filter((name) => words.every((word) => plainWords(name).includes(word))).slice(0, OFFERED_MOST);
}

function ProcedureBox({ names, ...p }: WidgetProps & { names: readonly string[] }) {
  const text = typed(p.raw);
  return (
    <>
      <TextInput {...common(p)} value={text} onChange={(e) => p.onChange(e.currentTarget.value)} autoComplete="off" />
      <ul className="offers" aria-label="Procedures of the reference">
        {offered(names, text).map((name) => (
          <li key={name}>
            <button type="button" className="button" onClick={() => p.onChange(name)}>
              {name}
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

/** An operation: procedures are offered by the names of the reference, which says what they are usually planned with. Any other name may be written. */
export function OperationForm(props: RecordFormProps) {
  const rows = useRows(KIND);
  // A new function would be a new box, and whoever types would lose it.
  const widgets = useMemo((): Readonly<Record<string, Widget>> => {
    const names = entries(KIND, rows).flatMap(({ used }) => (used.withdrawn === true ? [] : [titleOfEntry(KIND, used)]));
    return { procedure_name: (p) => <ProcedureBox {...p} names={names} /> };
  }, [rows]);
  return (
    <RecordForm
      {...props}
      widgets={{ ...props.widgets, ...widgets }}
      check={(raws) => ({
        section: 'Operation',
        said: <ReferenceNote kind="surgery_bookings" row={raws} />,
        problems: {},
        more: {},
      })}
    />
  );
}
