import type { ReferenceKind } from '@psa/domain/reference';
import { versionName } from '@psa/domain/reference';
import { useMemo } from 'react';
import { useRows } from '../../store/index.ts';
import { plainWords } from '../../ui/names.ts';
import { type AnyVersion, entries, underTitle } from './kinds.ts';
import { ReferenceMark } from './ReferenceMark.tsx';

/** Records that are called after an entry of the reference: by its name, or its key where they have a code. */
const NAMED_BY: Readonly<Record<string, { kind: ReferenceKind; fields: readonly string[] }>> = {
  surgery_bookings: { kind: 'reference_procedures', fields: ['procedure_code', 'procedure_name'] },
  surgical_consumables: { kind: 'reference_consumables', fields: ['item_code', 'item_name'] },
  cme_topics: { kind: 'reference_lessons', fields: ['topic_name'] },
};

const NONE: ReferenceKind = 'reference_procedures';

/** The entry in use of exactly this name or key; nothing that is merely alike. */
function entryNamed(kind: ReferenceKind, rows: readonly object[], names: readonly unknown[]): AnyVersion | null {
  const said = names.flatMap((name) => (typeof name === 'string' && name.trim() !== '' ? [plainWords(name.trim())] : []));
  if (said.length === 0) return null;
  const found = entries(kind, rows).find(
    ({ key, used }) =>
      used.withdrawn !== true && (said.includes(plainWords(key)) || said.includes(plainWords(String(used.name)))),
  );
  return found?.used ?? null;
}

const WORDS: Readonly<Record<string, string>> = {
  no: 'no antibiotic',
  case: 'antibiotic: decide for this patient',
  yes: 'antibiotic before the incision',
  therapeutic: 'antibiotic as treatment',
  none: 'no blood',
  group_and_save: 'group and save',
  crossmatch_2: 'crossmatch 2 units',
  crossmatch_4: 'crossmatch 4 units',
};
const word = (value: unknown): string => WORDS[String(value)] ?? '';

/** What a procedure is planned with, in a line. */
const planned = (version: AnyVersion): string =>
  [
    typeof version.typical_minutes === 'number' ? `${version.typical_minutes} min` : '',
    Array.isArray(version.anaesthesia) ? version.anaesthesia.join(' or ') : '',
    version.wound_class ? `wound class ${String(version.wound_class)}` : '',
    word(version.antibiotic),
    word(version.blood),
    version.side_required === true ? 'say the side' : '',
  ]
    .filter(Boolean)
    .join(' · ');

/** What the reference says of what is called so, and whether anybody has signed it; nothing where it has no entry of that name. */
export function ReferenceNote({ kind, row }: { kind: string; row: object }) {
  const by = NAMED_BY[kind];
  const rows = useRows(by?.kind ?? NONE);
  const found = useMemo(() => {
    const bag = row as Readonly<Record<string, unknown>>;
    return by
      ? entryNamed(
          by.kind,
          rows,
          by.fields.map((field) => bag[field]),
        )
      : null;
  }, [by, rows, row]);
  if (!by || !found) return null;
  const mark = {
    key: `${by.kind.slice('reference_'.length, -1)}/${found.entry_key}`,
    version: versionName(found),
    unreviewed: found.is_reviewed !== true,
  };
  return (
    <p className="small muted reference-note">
      By the reference: {by.kind === NONE ? planned(found) : underTitle(by.kind, found)} · <ReferenceMark mark={mark} />
    </p>
  );
}
