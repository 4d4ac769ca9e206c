import { Select, TagsInput, Textarea, TextInput } from '@mantine/core';
import type { FieldKind, FieldSpec, Json } from '@psa/domain';
import { ageText } from '../ui/age.ts';
import { dayIn, showDay, showInstant } from '../ui/days.ts';
import { type Present, readRaw } from './form.ts';
import { LinkBox } from './LinkBox.tsx';
import { choiceTitle } from './values.ts';
import { common, typed, type Widget } from './widget.ts';

export type { Widget } from './widget.ts';

const AUTOFILL: Readonly<Record<string, 'tel' | 'email' | 'text'>> = { tel: 'tel', email: 'email', text: 'text' };

const TextBox: Widget = (p) => (
  <TextInput
    {...common(p)}
    value={typed(p.raw)}
    onChange={(e) => p.onChange(e.currentTarget.value)}
    type={AUTOFILL[p.field.input ?? 'text']}
    maxLength={p.field.max}
    autoComplete="off"
    spellCheck={false}
  />
);

const NoteBox: Widget = (p) => (
  <Textarea
    {...common(p)}
    value={typed(p.raw)}
    onChange={(e) => p.onChange(e.currentTarget.value)}
    maxLength={p.field.max}
    autosize
    minRows={2}
    maxRows={14}
    className="field-wide"
  />
);

/** A few words to choose from, all in sight; nothing is chosen before somebody chooses, and a choice can be taken back. */
export function Choices({
  name,
  label,
  options,
  value,
  onChange,
  problem,
  help,
  needed,
  disabled,
  keep = false,
}: {
  name: string;
  label: string;
  options: readonly { value: string; label: string }[];
  value: string | null;
  onChange(value: string | null): void;
  problem?: string | undefined;
  help?: string | undefined;
  needed?: boolean;
  disabled?: boolean | undefined;
  /** A setting that always has a value: it cannot be cleared. */
  keep?: boolean;
}) {
  const described = [help && `${name}-help`, problem && `${name}-problem`].filter(Boolean).join(' ') || undefined;
  return (
    <fieldset className="choices" aria-describedby={described} aria-invalid={problem ? true : undefined} disabled={disabled}>
      <legend data-needed={needed || undefined}>{label}</legend>
      {help && (
        <p className="field-help" id={`${name}-help`}>
          {help}
        </p>
      )}
      <div className="choices-row">
        {options.map((o) => (
          <label key={o.value} className="choice" data-on={value === o.value || undefined}>
            <input type="radio" name={name} value={o.value} checked={value === o.value} onChange={() => onChange(o.value)} />
            <span>{o.label}</span>
          </label>
        ))}
        {value !== null && !disabled && !keep && (
          <button type="button" className="quiet" onClick={() => onChange(null)} aria-label={`Clear ${label}`}>
            Clear
          </button>
        )}
      </div>
      {problem && (
        <p className="field-problem" id={`${name}-problem`}>
          {problem}
        </p>
      )}
    </fieldset>
  );
}

const CHOICES_IN_SIGHT = 6;

const ChoiceBox: Widget = (p) => {
  const options = (p.field.choices ?? []).map((value) => ({ value, label: choiceTitle(value) }));
  const value = typeof p.raw === 'string' ? p.raw : null;
  if (options.length <= CHOICES_IN_SIGHT) {
    return (
      <Choices
        name={p.name}
        label={p.field.label}
        options={options}
        value={value}
        onChange={p.onChange}
        problem={p.problem}
        help={p.field.help}
        needed={p.field.required}
        disabled={p.disabled}
      />
    );
  }
  return (
    <Select
      {...common(p)}
      data={options}
      value={value}
      onChange={(chosen) => p.onChange(chosen)}
      clearable
      searchable
      placeholder="Not recorded"
    />
  );
};

const FlagBox: Widget = (p) => (
  <Choices
    name={p.name}
    label={p.field.label}
    options={[
      { value: 'yes', label: 'Yes' },
      { value: 'no', label: 'No' },
    ]}
    value={p.raw === true ? 'yes' : p.raw === false ? 'no' : null}
    onChange={(v) => p.onChange(v === null ? null : v === 'yes')}
    problem={p.problem}
    help={p.field.help}
    needed={p.field.required}
    disabled={p.disabled}
  />
);

/** What was understood of a day or moment stands under the box while it is typed. */
function Understood({ field, raw, present }: { field: FieldSpec; raw: Json; present: Present }) {
  const read = readRaw(field, raw, present);
  if ('problem' in read || read.value === null) return null;
  const iso = String(read.value);
  if (field.kind === 'instant') {
    return (
      <span className="understood">{`${showInstant(iso, present.zone, present.now)} · ${showDay(dayIn(iso, present.zone))}`}</span>
    );
  }
  const age =
    iso <= present.today ? ` · ${ageText({ date_of_birth: iso, date_of_birth_precision: 'Exact' }, present.today)} ago` : '';
  return <span className="understood">{`${showDay(iso)}${age}`}</span>;
}

const DateBox: Widget = (p) => (
  <TextInput
    {...common(p)}
    value={typed(p.raw)}
    onChange={(e) => p.onChange(e.currentTarget.value)}
    placeholder="12/3/1980"
    autoComplete="off"
    inputMode="text"
    description={
      <>
        {p.field.help} <Understood field={p.field} raw={p.raw} present={p.present} />
      </>
    }
    inputWrapperOrder={['label', 'input', 'description', 'error']}
  />
);

const InstantBox: Widget = (p) => (
  <TextInput
    {...common(p)}
    value={typed(p.raw)}
    onChange={(e) => p.onChange(e.currentTarget.value)}
    placeholder="now, 14:30, yesterday 9:10"
    autoComplete="off"
    rightSectionWidth="4rem"
    rightSection={
      <button type="button" className="quiet" disabled={p.disabled} onClick={() => p.onChange('now')}>
        Now
      </button>
    }
    description={<Understood field={p.field} raw={p.raw} present={p.present} />}
    inputWrapperOrder={['label', 'input', 'description', 'error']}
  />
);

const NumberBox: Widget = (p) => (
  <TextInput
    {...common(p)}
    value={typed(p.raw)}
    onChange={(e) => p.onChange(e.currentTarget.value)}
    inputMode={p.field.decimals ? 'decimal' : 'numeric'}
    autoComplete="off"
    className="field-number"
    rightSection={p.field.unit ? <span className="unit">{p.field.unit}</span> : undefined}
    rightSectionWidth={p.field.unit ? `${p.field.unit.length * 0.7 + 1.25}rem` : undefined}
  />
);

const TextsBox: Widget = (p) => (
  <TagsInput
    {...common(p)}
    value={Array.isArray(p.raw) ? p.raw.map(String) : []}
    onChange={(list) => p.onChange(list)}
    splitChars={[',', ';']}
    clearable
    placeholder="Type and press Enter"
    className="field-wide"
  />
);

const StructureBox: Widget = (p) => (
  <Textarea
    {...common(p)}
    value={typed(p.raw)}
    onChange={(e) => p.onChange(e.currentTarget.value)}
    autosize
    minRows={2}
    maxRows={14}
    placeholder={'item: value, one on each line'}
    className="field-wide"
    spellCheck={false}
  />
);

/** How each kind of field is filled in. A new kind does not compile until it can be drawn. */
export const WIDGETS: Readonly<Record<FieldKind, Widget>> = {
  text: TextBox,
  note: NoteBox,
  choice: ChoiceBox,
  flag: FlagBox,
  date: DateBox,
  instant: InstantBox,
  time: TextBox,
  integer: NumberBox,
  number: NumberBox,
  link: LinkBox,
  texts: TextsBox,
  json: StructureBox,
};
