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
}: {
  def: RecordDef;
  row: object;
  /** Also what only the server writes. */
  all?: boolean;
  skip?: readonly string[];
  sections?: readonly string[];
}) {
  const how = useSaying();
  return (
    <>
      {sectionsOf(def, undefined, all)
        .filter((s) => !sections || sections.includes(s.title))
        .map((section) => (
          <div key={section.title} className="values">
            {section.title && <h3>{section.title}</h3>}
            <dl>
              {section.fields
                .filter((name) => !skip.includes(name))
                .map((name) => {
                  const said = sayValue(def.fields[name], loose(row)[name], how);
                  return (
                    <div key={name} className="pair">
                      <dt>{def.fields[name]?.label}</dt>
                      <dd>{said ?? <Absent />}</dd>
                    </div>
                  );
                })}
            </dl>
          </div>
        ))}
    </>
  );
}
