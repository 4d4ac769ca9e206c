import { recordOf } from '@psa/domain';
import type { Database } from '../db/database.ts';
import { utc } from '../db/sql.ts';

/** What is asked about: a span of time, and perhaps one person, device or address. Moments in ISO 8601. */
export interface BreachWish {
  from: string;
  to: string;
  user?: string | undefined;
  device?: string | undefined;
  address?: string | undefined;
  /** When the hospital came to know. */
  awareAt: string;
}

interface Facts {
  entries: number;
  patients: number;
  people: { name: string; role: string; entries: number }[];
  kinds: { kind: string; action: string; entries: number }[];
  places: { device: string | null; address: string | null; entries: number }[];
  first: string | null;
  last: string | null;
}

/** Readings and copies: what gives records away. Writes are counted too, as somebody may have changed them. */
const WHERE = `a.facility_id = $1 and a.at >= $2 and a.at < $3 and ($4::text is null or u.email = $4)
  and ($5::text is null or a.device_id = $5) and ($6::text is null or a.ip_address = $6)`;
const FROM = `from audit_logs a left join users u on u.facility_id = a.facility_id and u.id = a.user_id where ${WHERE}`;
const ABOUT = `coalesce(a.new_values ->> 'patient_id', case when a.table_name in ('patients', 'audit_logs') then a.record_id
  when a.action in ('read', 'list', 'summary', 'export', 'emergency_read') then a.record_id end)`;

/** Reads from the audit trail what can be known of a breach. */
async function factsOf(db: Database, facility: string, wish: BreachWish): Promise<Facts> {
  const own = db.of(facility);
  const values = [facility, wish.from, wish.to, wish.user ?? null, wish.device ?? null, wish.address ?? null];
  const ask = async <T extends object>(text: string) => (await own.query<T>(text, values)).rows;
  const [[sum], people, kinds, places] = await Promise.all([
    ask<{ entries: number; patients: number; first: string | null; last: string | null }>(
      `select count(*)::int as entries, count(distinct ${ABOUT})::int as patients, ${utc('min(a.at)')} as first, ${utc('max(a.at)')} as last ${FROM}`,
    ),
    ask<Facts['people'][number]>(
      `select coalesce(u.full_name, 'nobody who is known') as name, coalesce(u.role, '') as role, count(*)::int as entries ${FROM} group by 1, 2 order by 3 desc limit 20`,
    ),
    ask<Facts['kinds'][number]>(
      `select coalesce(a.table_name, '') as kind, a.action, count(*)::int as entries ${FROM} group by 1, 2 order by 3 desc limit 40`,
    ),
    ask<Facts['places'][number]>(
      `select a.device_id as device, a.ip_address as address, count(*)::int as entries ${FROM} group by 1, 2 order by 3 desc limit 20`,
    ),
  ]);
  return { entries: 0, patients: 0, first: null, last: null, ...sum, people, kinds, places };
}

const HOURS_72_MS = 72 * 3_600_000;
const OPEN = '**TO BE WRITTEN BY A PERSON**';

/**
 * A draft of the notice to the Nigeria Data Protection Commission (Act of 2023, s.40), with the facts that the trail holds. Names of patients
 * are not in it. What a machine cannot know is marked, and stays so until a person has written it.
 */
export async function breachDraft(db: Database, facility: string, wish: BreachWish): Promise<string> {
  const facts = await factsOf(db, facility, wish);
  const until = new Date(Date.parse(wish.awareAt) + HOURS_72_MS).toISOString();
  const rows = (lines: readonly (readonly (string | number)[])[]) =>
    lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  const only = [
    wish.user && `person ${wish.user}`,
    wish.device && `device ${wish.device}`,
    wish.address && `address ${wish.address}`,
  ];
  return `# DRAFT – notice of a personal data breach

This is a draft made from the audit trail. It has been sent to nobody. A person completes, checks and signs it.

- The hospital came to know: ${wish.awareAt}
- **To the Commission at the latest: ${until}** (72 hours, weekends included), if the rights of people are likely at risk
- To the people themselves at once, in plain language, if the risk is high
- Data protection officer: ${OPEN}

## What happened
${OPEN}

## What the trail shows
Looked at: ${wish.from} to ${wish.to}${only.some(Boolean) ? `, ${only.filter(Boolean).join(', ')}` : ''}. Readings made on a tablet without a network appear when it was next in contact.

- Entries: ${facts.entries}${facts.first ? `, from ${facts.first} to ${facts.last}` : ''}
- Patients named by them: ${facts.patients}
- What a device had fetched before it was lost is not among these; see *Devices* and the scopes of its users' roles.

| who | role | entries |
|---|---|---|
${rows(facts.people.map((p) => [p.name, p.role, p.entries]))}

| record | what was done | entries |
|---|---|---|
${rows(facts.kinds.map((k) => [recordOf(k.kind)?.titles ?? k.kind, k.action, k.entries]))}

| device | address | entries |
|---|---|---|
${rows(facts.places.map((p) => [p.device ?? '–', p.address ?? '–', p.entries]))}

## Kinds of data and of people
Health data (sensitive personal data, s.30) of patients. Numbers as above. ${OPEN}

## Likely consequences
${OPEN}

## What was done and will be done
${OPEN}

## Who was told, and when
${OPEN}
`;
}
