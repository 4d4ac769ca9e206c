import { type AnyRow, type FieldSpec, type Json, type RecordDef, ROLE_TITLES, recordOf } from '@psa/domain';
import type { Look } from '../audit/trail.ts';

/** Fields that tell of somebody else than the patient or the people who treated them. */
const THIRD_PERSONS: Readonly<Record<string, readonly string[]>> = {
  patients: ['emergency_contact_name', 'emergency_contact_phone'],
  consents: ['witness_name', 'interpreter_name'],
};
export const TAKEN_OUT = '[about another person: left out]';

/** What only the machine needs. */
const MACHINERY = new Set(['facility_id', 'row_version', 'field_ver', 'created_by', 'updated_by', 'deleted']);

export interface Pack {
  made_at: string;
  facility: string;
  third_persons: 'left out' | 'included';
  records: Readonly<Record<string, readonly AnyRow[]>>;
  looks: readonly Look[];
}

/** Takes out of the rows what tells of other people. The patient asked about themselves; the others did not. */
export function withoutThirdPersons(records: Pack['records']): Pack['records'] {
  const one = (kind: string, row: AnyRow): AnyRow => {
    const shut = THIRD_PERSONS[kind] ?? [];
    const changed = shut.filter((name) => (row as Record<string, Json>)[name] != null);
    return changed.length === 0 ? row : { ...row, ...Object.fromEntries(changed.map((name) => [name, TAKEN_OUT])) };
  };
  return Object.fromEntries(Object.entries(records).map(([kind, rows]) => [kind, rows.map((row) => one(kind, row))]));
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const h = (words: string): string => words.replace(/[&<>"']/g, (c) => ENTITIES[c] ?? c);

function said(value: Json | undefined, field: FieldSpec | undefined, nameOf: (id: string) => string | undefined): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.map((one) => said(one, undefined, nameOf)).join(', ');
  if (typeof value === 'object') return JSON.stringify(value);
  if (field?.kind === 'link') return nameOf(String(value)) ?? '';
  return `${value}${field?.unit ? ` ${field.unit}` : ''}`;
}

function entry(def: RecordDef, row: AnyRow, nameOf: (id: string) => string | undefined): string {
  const lines = Object.entries(def.fields).flatMap(([name, field]) => {
    const text = MACHINERY.has(name) ? '' : said((row as Record<string, Json>)[name], field, nameOf);
    return text === '' ? [] : [`<dt>${h(field.label)}</dt><dd>${h(text)}</dd>`];
  });
  const { created_at, created_by } = row as { created_at?: unknown; created_by?: unknown };
  const by = typeof created_by === 'string' ? nameOf(created_by) : undefined;
  const when = `Entered ${String(created_at ?? '')
    .slice(0, 16)
    .replace('T', ' ')} UTC${by ? ` by ${by}` : ''}`;
  return `<article><p class="soft">${h(when)}</p><dl>${lines.join('')}</dl></article>`;
}

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;max-width:48rem;margin:2rem auto;padding:0 1rem;color:#14201a}
h1{font-size:1.4rem}h2{font-size:1.1rem;border-top:1px solid #ccc;padding-top:.75rem;margin-top:2rem}
dl{display:grid;grid-template-columns:minmax(9rem,14rem) 1fr;gap:.15rem 1rem;margin:.25rem 0 1rem}dd{margin:0;overflow-wrap:anywhere}
.soft{color:#54635a}table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.2rem .5rem;border-bottom:1px solid #ddd}
article{break-inside:avoid}`;

/** The pack as a page that can be read and printed without the app. @param nameOf names of people and wards, by id. */
export function packPage(pack: Pack, nameOf: (id: string) => string | undefined): string {
  const [patient] = pack.records.patients ?? [];
  const { first_name, last_name, hospital_number } = (patient ?? {}) as Record<string, string>;
  const kinds = Object.entries(pack.records).flatMap(([kind, rows]) => {
    const def = recordOf(kind);
    if (!def || rows.length === 0) return [];
    return [`<section><h2>${h(def.titles)}</h2>${rows.map((row) => entry(def, row, nameOf)).join('')}</section>`];
  });
  const looks = pack.looks.map(
    (look) =>
      `<tr><td>${h(look.at.slice(0, 16).replace('T', ' '))}</td><td>${h(look.user_name ?? '')}</td><td>${h(look.user_role ? ROLE_TITLES[look.user_role] : '')}</td><td>${h(look.action)}</td></tr>`,
  );
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Record of ${h(`${first_name} ${last_name}`)}</title><style>${STYLE}</style></head><body>
<h1>What ${h(pack.facility)} has recorded about ${h(`${first_name} ${last_name}`)} (${h(String(hospital_number))})</h1>
<p>Made ${h(pack.made_at.slice(0, 16).replace('T', ' '))} UTC. Details of other people are ${pack.third_persons}. Times are UTC. You may ask for
what is wrong to be corrected; a clinical record is kept as long as the law asks.</p>
${kinds.join('\n')}
<section><h2>Who has looked at this record</h2>${looks.length === 0 ? '<p>Nobody is noted.</p>' : `<table><tr><th>When</th><th>Who</th><th>Role</th><th>What</th></tr>${looks.join('')}</table>`}</section>
</body></html>
`;
}
