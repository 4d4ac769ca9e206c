import { NativeSelect, TextInput } from '@mantine/core';
import type { Json } from '@psa/domain';
import { useState } from 'react';
import type { Widget } from '../../record/widgets.tsx';

interface Typed {
  sex: string;
  age_min: string;
  age_max: string;
  low: string;
  high: string;
}

const EMPTY: Typed = { sex: '', age_min: '', age_max: '', low: '', high: '' };
const BOXES = [
  ['age_min', 'from age'],
  ['age_max', 'to age'],
  ['low', 'low'],
  ['high', 'high'],
] as const;

const text = (value: Json | undefined): string => (value === null || value === undefined ? '' : String(value));

function typedOf(raw: Json): Typed[] {
  if (!Array.isArray(raw)) return [];
  return raw.map((one) => {
    const { sex, age_min, age_max, low, high } = (one ?? {}) as Record<string, Json>;
    return { sex: text(sex), age_min: text(age_min), age_max: text(age_max), low: text(low), high: text(high) };
  });
}

/** A number where it is one; else as it was typed, which the rule of the record then refuses. An empty bound is open. */
const plain = (typed: string): Json =>
  typed.trim() === '' ? null : /^-?\d+(\.\d+)?$/.test(typed.trim()) ? Number(typed) : typed.trim();

const isEmpty = (row: Typed) => Object.values(row).every((value) => value.trim() === '');

const rawOf = (rows: readonly Typed[]): Json => {
  const filled = rows.filter((row) => !isEmpty(row));
  if (filled.length === 0) return null;
  return filled.map(({ sex, ...numbers }) => ({
    sex,
    ...Object.fromEntries(Object.entries(numbers).map(([name, typed]) => [name, plain(typed)])),
  }));
};

/** The intervals of a test, one on each line: for whom, and between which bounds. */
export const Intervals: Widget = (p) => {
  const given = typeof p.raw === 'string' ? safely(p.raw) : (p.raw ?? null);
  const [typed, setTyped] = useState<readonly Typed[]>(() => typedOf(given));
  const rows = JSON.stringify(rawOf(typed)) === JSON.stringify(given) ? typed : typedOf(given);
  const shown = [...rows.filter((row) => !isEmpty(row)), EMPTY];
  const put = (at: number, patch: Partial<Typed>) => {
    const next = shown.map((row, i) => (i === at ? { ...row, ...patch } : row));
    setTyped(next);
    p.onChange(rawOf(next));
  };
  return (
    <fieldset className="choices field-wide" aria-invalid={p.problem ? true : undefined}>
      <legend>{p.field.label}</legend>
      <p className="field-help">{p.field.help}</p>
      {shown.map((row, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity but their place, and the last one is always empty.
        <div key={i} className="interval-row">
          <NativeSelect
            label={`Sex ${i + 1}`}
            value={row.sex}
            data={['', 'any', 'female', 'male']}
            onChange={(e) => put(i, { sex: e.currentTarget.value })}
          />
          {BOXES.map(([name, label]) => (
            <TextInput
              key={name}
              label={`${label} ${i + 1}`}
              value={row[name]}
              onChange={(e) => put(i, { [name]: e.currentTarget.value })}
              inputMode="decimal"
              autoComplete="off"
            />
          ))}
        </div>
      ))}
      {p.problem && <p className="field-problem">{p.problem}</p>}
    </fieldset>
  );
};

function safely(raw: string): Json {
  try {
    return JSON.parse(raw) as Json;
  } catch {
    return null;
  }
}
