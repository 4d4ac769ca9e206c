import type { Json, Patch } from '@psa/domain';
import type { Prophylaxis } from '@psa/domain/checks';
import { type Present, type Raws, readRaw } from '../../record/form.ts';
import { usePresent } from '../../record/present.ts';
import { RecordForm, type RecordFormProps } from '../../record/RecordForm.tsx';
import { useRow, useRowsBy } from '../../store/index.ts';
import { Findings } from './Findings.tsx';
import { type Checks, useChecks } from './rules.ts';

const LABEL = 'What the checks say of the antibiotic';

/** What stands in a box, read as its field is; null where nothing does, or it cannot be read. */
function valueIn(def: RecordFormProps['def'], raws: Raws, name: string, present: Present): Json {
  const field = def.fields[name];
  const read = field && readRaw(field, raws[name] ?? null, present);
  return read && 'value' in read ? (read.value ?? null) : null;
}

const words = (value: Json | undefined): string | null => (typeof value === 'string' && value !== '' ? value : null);

function Said({ rules, given, before }: { rules: Checks; given: Prophylaxis; before: string }) {
  const found = rules.checks.checkProphylaxis(given, rules.prescribing);
  const inTime = { code: 'prophylaxis.in_time', severity: 'note' as const, say: 'The antibiotic is in time.', source: '' };
  const shown = (found.length > 0 ? found : [inTime]).map((one) => ({
    ...one,
    say: `${before}${one.say}`,
    why: '',
    entry: null,
  }));
  return <Findings findings={shown} label={LABEL} />;
}

/** At the Time Out: held against the incision where that is recorded, else as if it were now. */
function AtTimeOut({ rules, props, raws }: { rules: Checks; props: RecordFormProps; raws: Raws }) {
  const present = usePresent();
  const row = props.row as (RecordFormProps['row'] & Patch) | undefined;
  const booking = words(raws.surgery_booking_id) ?? words(props.fixed?.surgery_booking_id) ?? words(row?.surgery_booking_id);
  const incision = useRow('surgery_bookings', booking ?? undefined)?.actual_start_time ?? null;
  const name = words(valueIn(props.def, raws, 'antibiotic_name', present));
  if (name === null && valueIn(props.def, raws, 'antibiotic_started_at', present) === null) return null;
  const given = {
    antibiotic: name ?? '',
    started_at: words(valueIn(props.def, raws, 'antibiotic_started_at', present)),
    incision_at: incision ?? present.now,
    now: null,
    blood_loss_ml: null,
  };
  return <Said rules={rules} given={given} before={incision ? '' : 'Were the incision now: '} />;
}

/** In the note: what the checklist of the operation says was given, against the beginning and end, and the blood that was lost. */
function InNote({ rules, props, raws }: { rules: Checks; props: RecordFormProps; raws: Raws }) {
  const present = usePresent();
  const row = props.row as (RecordFormProps['row'] & Patch) | undefined;
  const booking = words(raws.surgery_booking_id) ?? words(props.fixed?.surgery_booking_id) ?? words(row?.surgery_booking_id);
  const checklist = useRowsBy('surgical_checklists', 'surgery_booking_id', booking ?? '').at(0);
  if (!checklist?.antibiotic_name) return null;
  const lost = valueIn(props.def, raws, 'estimated_blood_loss_ml', present);
  const given = {
    antibiotic: checklist.antibiotic_name,
    started_at: checklist.antibiotic_started_at,
    incision_at: words(valueIn(props.def, raws, 'started_at', present)),
    now: words(valueIn(props.def, raws, 'ended_at', present)),
    blood_loss_ml: typeof lost === 'number' ? lost : null,
  };
  return <Said rules={rules} given={given} before="" />;
}

/** The checklist and the note of an operation: whether the antibiotic was begun in time, and whether the next dose was due. */
export function ProphylaxisForm(props: RecordFormProps) {
  const rules = useChecks();
  const note = props.def.name === 'operation_notes';
  return (
    <RecordForm
      {...props}
      check={(raws) => ({
        section: note ? 'Blood, fluids, tourniquet' : 'Time Out, before the incision',
        said: rules && (note ? <InNote {...{ rules, props, raws }} /> : <AtTimeOut {...{ rules, props, raws }} />),
        problems: {},
        more: {},
      })}
    />
  );
}
