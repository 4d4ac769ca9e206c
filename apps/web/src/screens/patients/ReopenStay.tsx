import { may, RECORDS, type RecordDef } from '@psa/domain';
import { keepWishes, tellProblem } from '../keep.tsx';
import { usePerson } from '../person.tsx';
import type { Stay } from './facts.ts';

/** The wish that makes an ended stay an open one again. */
export const reopening = (stay: Pick<Stay, 'id'>, base: number) => ({
  kind: 'patient_admissions',
  id: stay.id,
  op: 'edit' as const,
  base,
  patch: { status: 'Active', discharge_date: null },
});

/** A discharge recorded in error is taken back: the stay goes on. */
export function ReopenStay({ stay }: { stay: Stay }) {
  const { actor } = usePerson();
  if (!may(actor, 'edit', RECORDS.patient_admissions as unknown as RecordDef)) return null;
  return (
    <button
      type="button"
      className="quiet"
      onClick={() => void keepWishes([reopening(stay, stay.row_version)], 'The stay goes on.').catch(tellProblem)}
    >
      Recorded in error: reopen this stay
    </button>
  );
}
