import { climbDue, type Duty, type Reachable, type Role } from '@psa/domain';
import type { Database } from './database.ts';
import { utc } from './sql.ts';

interface Waiting {
  id: string;
  author_id: string;
  kind: string;
  fields: string[];
  created_at: string;
  climbed: number | null;
}

/**
 * Tells people of conflicts of high severity that wait (S35): who is told is decided in the domain, that nobody is told twice by PostgreSQL, so
 * that several server processes may do this at once.
 */
export class Climber {
  readonly #db: Database;
  readonly #now: () => number;

  constructor(db: Database, now: () => number) {
    this.#db = db;
    this.#now = now;
  }

  /** Looks at every facility where something waits. @returns how many conflicts climbed. */
  async all(): Promise<number> {
    const { rows } = await this.#db.of(null).query<{ id: string }>('select conflict_facilities() as id');
    let climbed = 0;
    for (const { id } of rows) climbed += await this.one(id);
    return climbed;
  }

  /** Looks at one facility. @returns how many conflicts climbed by this call. */
  async one(facility: string): Promise<number> {
    const db = this.#db.of(facility);
    const { rows: waiting } = await db.query<Waiting>({
      name: 'conflicts that climb',
      text: `select id, author_id, kind, fields, ${utc('created_at')} as created_at, climbed from sync_conflicts
             where facility_id = $1 and status = 'Open' and severity = 'high' and coalesce(climbed, -1) < 2`,
      values: [facility],
    });
    if (waiting.length === 0) return 0;
    const now = new Date(this.#now()).toISOString();
    const [people, roster] = await Promise.all([this.#people(facility), this.#roster(facility, now)]);
    let climbed = 0;
    for (const conflict of waiting) {
      const due = climbDue(conflict, people, roster, now);
      if (!due) continue;
      const { rows } = await db.query<{ told: boolean }>({
        name: 'conflict climbs',
        text: 'select conflict_climb($1, $2, $3, $4, $5, $6) as told',
        values: [facility, conflict.id, due.step, now, due.say, due.people],
      });
      if (rows[0]?.told) climbed++;
    }
    return climbed;
  }

  async #people(facility: string): Promise<Reachable[]> {
    const { rows } = await this.#db.of(facility).query<{ id: string; role: Role }>({
      name: 'people who can be told',
      text: 'select id, role from users where facility_id = $1 and is_active and is_approved and not deleted order by id',
      values: [facility],
    });
    return rows;
  }

  async #roster(facility: string, now: string): Promise<Duty[]> {
    const { rows } = await this.#db.of(facility).query<Duty>({
      name: 'who is on call',
      text: `select user_id, duty, ${utc('starts_at')} as starts_at, ${utc('ends_at')} as ends_at from duty_roster
             where facility_id = $1 and starts_at <= $2 and ends_at > $2 and not deleted`,
      values: [facility, now],
    });
    return rows;
  }
}
