/** Who is told of a conflict of high severity, and when: its author at once, registrars on call, then consultants (docs/sync.md, S35). Pure. */
import type { Role } from './access.ts';
import { recordOf } from './records/index.ts';

/** After so many minutes, who is told next: 0 the author, 1 registrars, 2 consultants. */
export const CLIMB_AFTER_MINUTES = [0, 30, 60] as const;

const MINUTE_MS = 60_000;

export interface Climbing {
  author_id: string;
  kind: string;
  fields: readonly string[];
  /** ISO 8601. */
  created_at: string;
  /** The last step that was taken; null: none. */
  climbed: number | null;
}

/** Somebody with an account that stands. */
export interface Reachable {
  id: string;
  role: Role;
}

/** A duty of the roster. */
export interface Duty {
  user_id: string;
  duty: string;
  starts_at: string;
  ends_at: string;
}

const ON_CALL: readonly string[] = ['First on call', 'Second on call', 'Third on call'];

/** The step that is due now, with everybody who is to be told by now and was not; null when none is. @param now ISO 8601. */
export function climbDue(
  conflict: Climbing,
  people: readonly Reachable[],
  roster: readonly Duty[],
  now: string,
): { step: number; people: string[]; say: string } | null {
  const minutes = (Date.parse(now) - Date.parse(conflict.created_at)) / MINUTE_MS;
  const step = CLIMB_AFTER_MINUTES.findLastIndex((after) => minutes >= after);
  const last = conflict.climbed ?? -1;
  if (step <= last) return null;
  const told = new Set<string>();
  for (let s = last + 1; s <= step; s++) for (const id of peopleOf(s, conflict, people, roster, now)) told.add(id);
  const waited = CLIMB_AFTER_MINUTES[step] ?? 0;
  return { step, people: [...told], say: `${waited > 0 ? `Not settled for ${waited} minutes. ` : ''}${sentence(conflict)}` };
}

function peopleOf(
  step: number,
  conflict: Climbing,
  people: readonly Reachable[],
  roster: readonly Duty[],
  now: string,
): readonly string[] {
  if (step === 0) return people.some(({ id }) => id === conflict.author_id) ? [conflict.author_id] : [];
  const onDuty = new Set(
    roster
      .filter((d) => d.starts_at <= now && now < d.ends_at)
      .filter(({ duty }) => (step === 1 ? ON_CALL.includes(duty) : duty === 'Consultant on call'))
      .map(({ user_id }) => user_id),
  );
  const may: readonly Role[] = step === 1 ? ['senior_registrar', 'junior_registrar'] : ['consultant'];
  const called = people.filter(({ id, role }) => onDuty.has(id) && may.includes(role));
  // Nobody on call by the roster: everybody of that rank, so that somebody hears of it.
  const found = called.length > 0 ? called : people.filter(({ role }) => role === may[0]);
  return found.map(({ id }) => id);
}

function sentence({ kind, fields }: Climbing): string {
  const def = recordOf(kind);
  const labels = fields.map((field) => (field === 'deleted' ? 'whether it is removed' : (def?.fields[field]?.label ?? field)));
  return `Two versions of the ${(def?.title ?? kind).toLowerCase()} stand open: ${labels.join(', ').toLowerCase()}. Settle it before anybody relies on it.`;
}
