import { MultiSelect, Select, Textarea, TextInput } from '@mantine/core';
import type { Json } from '@psa/domain';
import type { InputSpec, NumberSpec } from '@psa/domain/clinical';
import type { ReactNode } from 'react';
import type { Present } from '../record/form.ts';
import { Choices } from '../record/widgets.tsx';
import { dayIn, parseInstant, showDay, showInstant } from '../ui/days.ts';
import { itemsAsked, mapOf, readNumber } from './answers.ts';
import { rangeWords } from './refusals.ts';

export interface AskProps {
  /** Of the input, or `field.item`; unique in the form. */
  name: string;
  spec: InputSpec;
  raw: Json;
  onChange(raw: Json): void;
  problems: Readonly<Record<string, string>>;
  /** The other answers, which decide what is asked. */
  given: Readonly<Record<string, Json>>;
  present: Present;
}

type Words = Readonly<Record<string, string>>;

interface Option {
  value: string;
  label: string;
}

const SHORT_CHARS = 16;
/** More choices than this stand in columns. */
const FEW = 8;
/** Whole numbers of so few steps are chosen, not typed. */
const STEPS_MOST = 11;

/** A few big choices: beside each other while their words are short, else one under the other. */
export function Big(p: {
  name: string;
  label: string;
  options: readonly Option[];
  raw: Json;
  onChange(value: string | null): void;
  problem?: string | undefined;
  help?: string | undefined;
  /** One of the choices always stands, once one was taken. */
  keep?: boolean;
}) {
  return (
    <div className={layoutOf(p.options)}>
      <Choices
        name={p.name}
        label={p.label}
        options={p.options}
        value={p.raw === null ? null : String(p.raw)}
        onChange={p.onChange}
        problem={p.problem}
        help={p.help}
        keep={p.keep ?? false}
      />
    </div>
  );
}

function layoutOf(options: readonly Option[]): string {
  const longest = Math.max(...options.map((o) => o.label.length));
  if (longest <= SHORT_CHARS) return 'ask-short';
  return options.length > FEW && longest <= 2 * SHORT_CHARS ? 'ask-columns' : 'ask-long';
}

/** The steps of a scale with their words, the number first; undefined where a number is typed. */
function stepsOf(spec: Pick<NumberSpec, 'min' | 'max'> & Partial<NumberSpec>, whole: boolean): Option[] | undefined {
  const also = Object.entries(spec.alsoAllow ?? {}).map(([value, label]) => ({ value, label }));
  if (spec.steps)
    return [...Object.entries(spec.steps).map(([value, label]) => ({ value, label: `${value} ${label}` })), ...also];
  if (!whole || spec.unit !== undefined || spec.max - spec.min >= STEPS_MOST) return undefined;
  const numbers = Array.from({ length: spec.max - spec.min + 1 }, (_one, n) => String(spec.min + n));
  return [...numbers.map((value) => ({ value, label: value })), ...also];
}

const labelOf = (spec: InputSpec) => (spec.optional ? `${spec.label} (if known)` : spec.label);

/** How an input is asked, drawn from its declaration; nothing is chosen before somebody chooses. */
export function Ask(p: AskProps) {
  const { name, spec, raw, onChange, problems } = p;
  const label = labelOf(spec);
  const problem = problems[name];
  const choices = (options: readonly Option[]) => (
    <Big name={name} label={label} options={options} raw={raw} onChange={onChange} problem={problem} help={spec.help} />
  );
  switch (spec.type) {
    case 'number':
    case 'integer': {
      const steps = stepsOf(spec, spec.type === 'integer');
      return steps ? choices(steps) : <NumberBox {...p} spec={spec} label={label} />;
    }
    case 'enum':
      return choices(Object.entries(spec.values).map(([value, words]) => ({ value, label: words })));
    case 'boolean':
      return (
        <Big
          name={name}
          label={label}
          options={[
            { value: 'yes', label: 'Yes' },
            { value: 'no', label: 'No' },
          ]}
          raw={raw === true ? 'yes' : raw === false ? 'no' : null}
          onChange={(value) => onChange(value === null ? null : value === 'yes')}
          problem={problem}
          help={spec.help}
        />
      );
    case 'datetime':
      return <InstantBox {...p} label={label} />;
    case 'string':
    case 'array<string>':
      if (spec.offered) return <Offered {...p} offered={spec.offered} label={label} />;
      return <TextBox {...p} label={label} />;
    case 'array<enum>':
      return <Several {...p} values={spec.values} label={label} />;
    case 'array<integer>': {
      const standing = Array.isArray(raw) ? raw : [];
      const steps = stepsOf({ min: spec.min, max: spec.max }, true) ?? [];
      const set = (at: number, value: Json) =>
        onChange(spec.items.map((_item, n) => (n === at ? value : (standing[n] ?? null))));
      return (
        <Items label={label} help={spec.help} problem={problem}>
          {spec.items.map((item, n) => (
            <Big
              key={item}
              name={`${name}.${n}`}
              label={item}
              options={steps}
              raw={standing[n] ?? null}
              onChange={(value) => set(n, value)}
            />
          ))}
        </Items>
      );
    }
    case 'object': {
      const standing = mapOf(raw);
      const set = (id: string, value: Json) => {
        const { [id]: _before, ...others } = standing;
        const next = value === null || value === '' ? others : { ...others, [id]: value };
        onChange(Object.keys(next).length === 0 ? null : next);
      };
      return (
        <Items label={label} help={spec.help} problem={problem}>
          {itemsAsked(spec.items, p.given).map(([id, item]) => {
            const own = {
              name: `${name}.${id}`,
              label: item.label,
              problem: problems[`${name}.${id}`],
              raw: standing[id] ?? null,
            };
            const steps =
              'values' in item
                ? Object.entries(item.values).map(([value, words]) => ({ value, label: words }))
                : stepsOf(item, item.integer === true);
            if (steps) return <Big key={id} {...own} options={steps} onChange={(value) => set(id, value)} />;
            const bounds = item as Extract<typeof item, { min: number }>;
            return (
              <Typed
                key={id}
                {...own}
                unit={bounds.unit}
                whole={bounds.integer === true}
                negative={bounds.min < 0}
                onChange={(value) => set(id, value)}
              />
            );
          })}
        </Items>
      );
    }
  }
}

/** Questions that belong together, under one heading. */
function Items({
  label,
  help,
  problem,
  children,
}: {
  label: string;
  help?: string | undefined;
  problem: string | undefined;
  children: ReactNode;
}) {
  return (
    <section className="ask-items" aria-label={label}>
      <h3>{label}</h3>
      {help && <p className="field-help">{help}</p>}
      {children}
      {problem && <p className="field-problem">{problem}</p>}
    </section>
  );
}

/** A box for a number, with its unit. */
export function Typed(p: {
  name: string;
  label: string;
  raw: Json;
  unit?: string | undefined;
  whole: boolean;
  negative: boolean;
  problem?: string | undefined;
  help?: ReactNode;
  /** Its name is heard and not seen. */
  bare?: boolean;
  onChange(raw: Json): void;
}) {
  return (
    <TextInput
      name={p.name}
      {...(p.bare ? { 'aria-label': p.label, placeholder: p.unit } : { label: p.label })}
      value={p.raw === null ? '' : String(p.raw)}
      onChange={(e) => p.onChange(e.currentTarget.value === '' ? null : e.currentTarget.value)}
      error={p.problem}
      description={p.help}
      inputWrapperOrder={['label', 'input', 'error', 'description']}
      // The number pads of phones have no minus.
      inputMode={p.negative ? 'text' : p.whole ? 'numeric' : 'decimal'}
      autoComplete="off"
      className="field-number"
      rightSection={p.unit && !p.bare ? <span className="unit">{p.unit}</span> : undefined}
      rightSectionWidth={p.unit && !p.bare ? `${p.unit.length * 0.62 + 1.25}rem` : undefined}
    />
  );
}

function NumberBox({ name, spec, raw, label, onChange, problems }: AskProps & { spec: NumberSpec; label: string }) {
  const whole = spec.type === 'integer';
  const also = Object.entries(spec.alsoAllow ?? {});
  // A comma is read as a point, and what was understood is said.
  const read = typeof raw === 'string' && raw.includes(',') ? readNumber(raw, spec, whole) : undefined;
  const understood = read && 'value' in read ? `${read.value}${spec.unit ? ` ${spec.unit}` : ''}` : undefined;
  return (
    <>
      <Typed
        name={name}
        label={label}
        raw={raw}
        unit={spec.unit}
        whole={whole}
        negative={spec.min < 0}
        problem={problems[name]}
        onChange={onChange}
        help={
          <>
            {understood && <span className="understood">{understood} · </span>}
            {[spec.help, rangeWords(spec)].filter(Boolean).join(' · ')}
          </>
        }
      />
      {also.map(([value, words]) => (
        <button
          key={value}
          type="button"
          className="chip"
          aria-pressed={raw === value}
          onClick={() => onChange(raw === value ? null : value)}
        >
          {words}
        </button>
      ))}
    </>
  );
}

function InstantBox({ name, spec, raw, label, onChange, problems, present }: AskProps & { label: string }) {
  const typed = typeof raw === 'string' ? raw : '';
  const read = typed.trim() === '' ? undefined : parseInstant(typed, present.now, present.zone);
  return (
    <TextInput
      name={name}
      label={label}
      value={typed}
      onChange={(e) => onChange(e.currentTarget.value === '' ? null : e.currentTarget.value)}
      error={problems[name]}
      placeholder="now, 14:30, yesterday 9:10"
      autoComplete="off"
      inputWrapperOrder={['label', 'input', 'error', 'description']}
      rightSectionWidth="4rem"
      rightSection={
        <button type="button" className="quiet" onClick={() => onChange('now')} aria-label={`${spec.label}: now`}>
          Now
        </button>
      }
      description={
        <>
          {spec.help}{' '}
          {read && 'value' in read && (
            <span className="understood">
              {showInstant(read.value, present.zone, present.now)} · {showDay(dayIn(read.value, present.zone))}
            </span>
          )}
        </>
      }
    />
  );
}

/** Too many to show: found by typing a part of the name. */
function Offered({ name, spec, raw, label, offered, onChange, problems }: AskProps & { offered: Words; label: string }) {
  const box = {
    name,
    label,
    description: spec.help,
    error: problems[name],
    data: Object.entries(offered).map(([value, words]) => ({ value, label: words })),
    searchable: true,
    clearable: true,
    nothingFoundMessage: 'Nothing by that name',
    placeholder: 'Type a part of the name',
  };
  if (spec.type === 'string') return <Select {...box} value={typeof raw === 'string' ? raw : null} onChange={onChange} />;
  const chosen = Array.isArray(raw) ? raw.map(String) : [];
  return (
    <MultiSelect
      {...box}
      value={chosen}
      placeholder={chosen.length === 0 ? box.placeholder : ''}
      onChange={(next) => onChange(next.length === 0 ? null : next)}
    />
  );
}

function TextBox({ name, spec, raw, label, onChange, problems }: AskProps & { label: string }) {
  const many = spec.type === 'array<string>';
  const props = {
    name,
    label,
    value: typeof raw === 'string' ? raw : '',
    error: problems[name],
    description: [spec.help, many && 'One on each line.'].filter(Boolean).join(' '),
    autoComplete: 'off',
    spellCheck: false,
    autoCapitalize: 'none',
  };
  const take = (text: string) => onChange(text === '' ? null : text);
  return many ? (
    <Textarea {...props} onChange={(e) => take(e.currentTarget.value)} autosize minRows={3} />
  ) : (
    <TextInput {...props} onChange={(e) => take(e.currentTarget.value)} />
  );
}

/** Any number of choices; "none of these" is an answer too, and has to be given. */
function Several({ name, raw, label, spec, values, onChange, problems }: AskProps & { values: Words; label: string }) {
  const chosen = Array.isArray(raw) ? raw.map(String) : [];
  const problem = problems[name];
  const described = [spec.help && `${name}-help`, problem && `${name}-problem`].filter(Boolean).join(' ') || undefined;
  const toggle = (value: string) => {
    const next = Object.keys(values).filter((one) => (one === value ? !chosen.includes(one) : chosen.includes(one)));
    onChange(next.length === 0 ? null : next);
  };
  const none = Array.isArray(raw) && raw.length === 0;
  return (
    <fieldset className="choices ask-long" aria-describedby={described} aria-invalid={problem ? true : undefined}>
      <legend>{label}</legend>
      {spec.help && (
        <p className="field-help" id={`${name}-help`}>
          {spec.help}
        </p>
      )}
      <div className="choices-row">
        <label className="choice" data-on={none || undefined}>
          <input type="checkbox" name={name} checked={none} onChange={() => onChange(none ? null : [])} />
          <span>None of these</span>
        </label>
        {Object.entries(values).map(([value, words]) => (
          <label key={value} className="choice" data-on={chosen.includes(value) || undefined}>
            <input type="checkbox" name={name} checked={chosen.includes(value)} onChange={() => toggle(value)} />
            <span>{words}</span>
          </label>
        ))}
      </div>
      {problem && (
        <p className="field-problem" id={`${name}-problem`}>
          {problem}
        </p>
      )}
    </fieldset>
  );
}
