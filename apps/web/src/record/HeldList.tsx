import type { RecordDef } from '@psa/domain';
import { Absent } from '../ui/Pieces.tsx';
import type { Offer } from './offer.ts';
import { useSaying } from './saying.ts';
import { labelOf, loose, sayValue } from './values.ts';

/** What cannot be written here and now: its values where there is a row, else its names; one line for each reason. */
export function HeldList({ def, held, row }: { def: RecordDef; held: Offer['held']; row: object | undefined }) {
  const how = useSaying(def);
  const reasons = [...new Set(held.map((h) => h.why))];
  return reasons.map((why) => {
    const fields = held.filter((h) => h.why === why).map((h) => h.field);
    return (
      <div key={why} className="held">
        <p className="held-why small muted">
          {!row && `${fields.map((f) => labelOf(def, f)).join(', ')}. `}
          {why}
        </p>
        {row && (
          <dl>
            {fields.map((f) => (
              <div key={f} className="pair">
                <dt>{labelOf(def, f)}</dt>
                <dd>{sayValue(def.fields[f], loose(row)[f], how) ?? <Absent />}</dd>
              </div>
            ))}
          </dl>
        )}
      </div>
    );
  });
}
