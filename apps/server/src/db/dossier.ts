import { type AnyRow, RECORD_LIST, type RecordDef } from '@psa/domain';
import type { RowReader } from './rows.ts';

/** What is no part of what is known about a patient: the works of the server, and other people's own affairs. */
const NOT_ABOUT = ['notifications', 'record_views', 'sync_conflicts', 'user_assessments', 'cme_credits'];

const linksOf = (def: RecordDef, to: string): string[] =>
  Object.keys(def.fields).filter((name) => def.fields[name]?.kind === 'link' && def.fields[name]?.to === to);

/** Kinds whose rows belong to a patient: by a link of their own, or through a row that does. In the order in which they can be read. */
function kindsAbout(): { def: RecordDef; link: string; to: string }[] {
  const known = ['patients'];
  const found: { def: RecordDef; link: string; to: string }[] = [];
  for (let grew = true; grew; ) {
    grew = false;
    for (const def of RECORD_LIST) {
      if (known.includes(def.name) || NOT_ABOUT.includes(def.name) || def.chained) continue;
      const to = known.find((kind) => linksOf(def, kind).length > 0);
      const [link] = to === undefined ? [] : linksOf(def, to);
      if (to === undefined || link === undefined) continue;
      found.push({ def, link, to });
      known.push(def.name);
      grew = true;
    }
  }
  return found;
}

/** Which kinds of record a dossier may hold. */
export const DOSSIER_KINDS: readonly string[] = ['patients', ...kindsAbout().map(({ def }) => def.name)];

/**
 * Everything that is recorded about one patient and was not retracted, by kind, oldest first. Undefined when there is no such patient.
 * Whoever asks has made sure that it may be told.
 */
export async function dossierOf(
  rows: Pick<RowReader, 'pointing' | 'present'>,
  facility: string,
  patient: string,
): Promise<Record<string, AnyRow[]> | undefined> {
  const text = await rows.present(facility, 'patients', patient);
  if (text === undefined) return undefined;
  const found: Record<string, AnyRow[]> = { patients: [JSON.parse(text) as AnyRow] };
  for (const { def, link, to } of kindsAbout()) {
    const ids = (found[to] ?? []).map(({ id }) => id);
    const pointing = ids.length === 0 ? [] : await rows.pointing(facility, def.name, link, ids);
    found[def.name] = pointing.map(({ row }) => JSON.parse(row) as AnyRow);
  }
  return found;
}
