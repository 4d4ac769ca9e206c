import type { FieldProblems, Json, RecordDef } from '@psa/domain';
import type { Present, Raws } from './form.ts';
import { WIDGETS } from './widgets.tsx';

/** The boxes of some fields of a record, for forms that are made of several records. */
export function FieldList({
  def,
  fields,
  raws,
  problems,
  present,
  patientId,
  onChange,
  focusFirst = false,
}: {
  def: RecordDef;
  fields: readonly string[];
  raws: Raws;
  problems: FieldProblems;
  present: Present;
  patientId: string;
  onChange(next: Raws): void;
  focusFirst?: boolean;
}) {
  return (
    <div className="form-fields">
      {fields.map((name, i) => {
        const field = def.fields[name];
        if (!field) return null;
        const Draw = WIDGETS[field.kind];
        return (
          <div key={name} className={`field field-${field.kind}`}>
            <Draw
              name={name}
              field={field}
              raw={raws[name] ?? null}
              onChange={(raw: Json, others: Raws = {}) => onChange({ ...raws, ...others, [name]: raw })}
              raws={raws}
              self={undefined}
              patientId={patientId}
              problem={problems[name]}
              present={present}
              autoFocus={focusFirst && i === 0}
            />
          </div>
        );
      })}
    </div>
  );
}
