import type { RecordDef } from '@psa/domain';
import { device } from '../store/index.ts';
import { AskReason } from './AskReason.tsx';
import { keepWishes } from './keep.tsx';

/** Takes a row out of every list, with a reason; it can be put back. */
export function RemoveEntry({
  def,
  row,
  called,
  missing = 'Say why, for example "entered for the wrong patient".',
  open,
  close,
  removed,
}: {
  def: RecordDef;
  row: { id: string; row_version: number };
  /** What the row is called in the question. */
  called: string;
  missing?: string;
  open: boolean;
  close(): void;
  removed(): void;
}) {
  return (
    <AskReason
      title={`Remove ${called}?`}
      missing={missing}
      confirm="Remove"
      open={open}
      close={close}
      act={async (reason) => {
        const target = { kind: def.name, id: row.id, patch: {} };
        await keepWishes([{ ...target, op: 'retract', base: row.row_version, reason }], `${def.title} removed.`, () =>
          keepWishes([{ ...target, op: 'restore', base: device.present(def.name, row.id).row_version }], 'Put back.'),
        );
        removed();
      }}
    >
      It leaves every list on every device. It stays in the hospital's database with your name and the reason, and can be
      restored.
    </AskReason>
  );
}
