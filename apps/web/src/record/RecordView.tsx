import type { RecordDef } from '@psa/domain';
import { Absent } from '../ui/Pieces.tsx';
import { sectionsOf } from './form.ts';
import { useSaying } from './saying.ts';
import { loose, sayValue } from './values.ts';

/** A row's values in words by section; what nobody gave says so. */
export function RecordView({
  def,
  row,
  all = false,
  skip = [],
  sections,
  brief = false,
}: {
  def: RecordDef;
  row: object;
  /** Also what only the server writes. */
  all?: boolean;
  skip?: readonly string[];
  sections?: readonly string[];
  /** What nobody gave is named in one line for each section, instead of a line each. */
  brief?: boolean;
}) {
  const how = useSaying(def);
  return (
    <>
      {sectionsOf(def, undefined, all)
        .filter((s) => !sections || sections.includes(s.title))
        .map(({ title, fields }) => ({ title, fields: fields.filter((name) => !skip.includes(name)) }))
        .map(({ title, fields }) => {
          const said = new Map(fields.map((name) => [name, sayValue(def.fields[name], loose(row)[name], how)]));
          const shown = brief ? fields.filter((name) => said.get(name) !== undefined) : fields;
          // Who signed, and when, is not something that somebody left out.
          const missing = fields.filter((name) => !shown.includes(name) && !def.fields[name]?.stamp);
          if (shown.length + missing.length === 0) return null;
          return (
            <div key={title} className="values">
              {title && <h3>{title}</h3>}
              {shown.length > 0 && (
                <dl>
                  {shown.map((name) => (
                    <div key={name} className="pair">
                      <dt>{def.fields[name]?.label}</dt>
                      <dd>{said.get(name) ?? <Absent />}</dd>
                    </div>
                  ))}
                </dl>
              )}
              {missing.length > 0 && (
                <p className="muted small">Not recorded: {missing.map((name) => def.fields[name]?.label).join(', ')}</p>
              )}
            </div>
          );
        })}
    </>
  );
}
