import { Textarea, TextInput } from '@mantine/core';
import type { Flagged, ResultFlag } from '@psa/domain/checks';
import { IconAlertOctagon, IconArrowDown, IconArrowUp, IconCheck, IconInfoCircle } from '@tabler/icons-react';
import { common, typed, type WidgetProps } from '../../record/widget.ts';
import { ReferenceMark } from '../reference/ReferenceMark.tsx';
import { type FlagOf, rawOfRows, rowsOf, type ValueRow, valueTyped } from './lab-values.ts';

const LOOKS: Readonly<Record<ResultFlag, { icon: typeof IconCheck; tone: string }>> = {
  critical_low: { icon: IconAlertOctagon, tone: 'danger' },
  critical_high: { icon: IconAlertOctagon, tone: 'danger' },
  critical: { icon: IconAlertOctagon, tone: 'danger' },
  low: { icon: IconArrowDown, tone: 'caution' },
  high: { icon: IconArrowUp, tone: 'caution' },
  abnormal: { icon: IconArrowUp, tone: 'caution' },
  normal: { icon: IconCheck, tone: 'neutral' },
};

/** The flag in a shape and words, with the interval it was held against. */
function Flag({ flagged }: { flagged: Flagged }) {
  const { icon: Icon, tone } = flagged.flag ? LOOKS[flagged.flag] : { icon: IconInfoCircle, tone: 'neutral' };
  const { low, high, unit, entry } = flagged;
  const interval = low === null && high === null ? '' : ` ${low ?? 'open'} to ${high ?? 'open'} ${unit ?? ''}`;
  return (
    <span className={`finding tone-${tone}`}>
      <Icon size="1.15em" stroke={2} aria-hidden className="line-icon" />
      <span>
        <strong>{flagged.say}</strong>
        {interval && <span className="small num">.{interval}</span>}
        {entry?.unreviewed && (
          <>
            {' · '}
            <ReferenceMark mark={entry} />
          </>
        )}
      </span>
    </span>
  );
}

const EMPTY: ValueRow = { name: '', value: '', unit: '', more: {} };

/** Values one by one, each with its unit; whether it is low, high or critical stands beside it as it is typed. */
export function ResultValues(p: WidgetProps & { flagOf: FlagOf }) {
  const rows = rowsOf(p.raw);
  if (rows === null) {
    const write = (text: string) => p.onChange(text);
    return (
      <Textarea
        {...common(p)}
        value={typed(p.raw)}
        onChange={(e) => write(e.currentTarget.value)}
        autosize
        className="field-wide"
      />
    );
  }
  const shown = [...rows, EMPTY];
  const put = (at: number, patch: Partial<ValueRow>) =>
    p.onChange(rawOfRows(shown.map((row, i) => (i === at ? { ...row, ...patch } : row))));
  return (
    <fieldset className="choices field-wide" aria-invalid={p.problem ? true : undefined}>
      <legend>{p.field.label}</legend>
      <p className="field-help">One test on each line, by its name in the reference. Empty lines are left out.</p>
      {shown.map((row, i) => {
        const flagged = row.name !== '' && row.value !== '' ? p.flagOf(row) : null;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity but their place, and the last one is always empty.
          <div key={i} className="value-row">
            <TextInput
              label={`Test ${i + 1}`}
              name={`${p.name}-${i}-name`}
              value={row.name}
              onChange={(e) => put(i, { name: e.currentTarget.value })}
              autoComplete="off"
              spellCheck={false}
            />
            <TextInput
              label={`Value ${i + 1}`}
              name={`${p.name}-${i}-value`}
              value={String(row.value)}
              onChange={(e) => put(i, { value: valueTyped(e.currentTarget.value) })}
              inputMode="decimal"
              autoComplete="off"
            />
            <TextInput
              label={`Unit ${i + 1}`}
              name={`${p.name}-${i}-unit`}
              value={row.unit}
              onChange={(e) => put(i, { unit: e.currentTarget.value })}
              autoComplete="off"
              spellCheck={false}
            />
            <div className="value-flag" aria-live="polite">
              {flagged?.say && <Flag flagged={flagged} />}
            </div>
          </div>
        );
      })}
      {p.problem && <p className="field-problem">{p.problem}</p>}
    </fieldset>
  );
}
