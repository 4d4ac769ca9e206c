import { UUID } from '@psa/domain';
import type { Pool } from 'pg';
import { noteEvent } from '../db/events.ts';
import { sayFinding } from './findings.ts';
import { type ChainReport, FINDINGS_MAX, type VerifyOptions, verifyAudit } from './verify.ts';

export const VERIFY_USAGE = `npm run psa -- verify-audit [--facility ID] [--from N] [--anchor N:HASH]   follows the audit trail and says where it was altered`;

/** What the words after `verify-audit` ask for, or a sentence that says what is wrong with them. */
export function verifyOptions(args: readonly string[]): VerifyOptions | string {
  const options: VerifyOptions = {};
  for (let i = 0; i < args.length; i += 2) {
    const [name, value = ''] = [args[i], args[i + 1]];
    const anchor = /^([1-9]\d{0,14}):([0-9a-f]{64})$/i.exec(value);
    if (name === '--facility' && UUID.test(value)) options.facility = value;
    else if (name === '--from' && /^[1-9]\d{0,14}$/.test(value)) options.from = Number(value);
    else if (name === '--anchor' && anchor) options.anchor = { n: Number(anchor[1]), hash: anchor[2] ?? '' };
    else return `${VERIFY_USAGE}\n"${name} ${value}" is not understood.`;
  }
  return options;
}

/** Runs the command. @returns whether every chain that was read is whole; says so, or where it breaks, line by line. */
export async function runVerify(pool: Pool, options: VerifyOptions, say: (line: string) => void): Promise<boolean> {
  let told = 0;
  const progress = (facility: string, done: number, of: number) => {
    const tenths = Math.floor((10 * done) / of);
    if (tenths !== told && done < of) say(`${facility}: ${done} of ${of} entries`);
    told = tenths;
  };
  if (options.anchor && !options.facility) {
    const { rows } = await pool.query<{ id: string }>('select id from facilities');
    if (rows.length > 1) {
      say('An anchor belongs to one facility: name it with --facility.');
      return false;
    }
  }
  const reports = await verifyAudit(pool, { progress, ...options });
  for (const report of reports) for (const line of linesOf(report)) say(line);
  if (reports.length === 0) say('There is no such facility.');
  const whole = reports.length > 0 && reports.every((r) => r.findings.length === 0);
  // What was found broken is told to whoever watches; that a part is whole says nothing of the rest.
  if (!whole || (!options.facility && !options.from)) {
    const entries = reports.reduce((sum, r) => sum + r.entries, 0);
    if (reports.length > 0) await noteEvent(pool, 'verify_audit', whole, { entries });
  }
  return whole;
}

function linesOf({ facility, facility_id, entries, head, findings }: ChainReport): string[] {
  const about = `${facility} (${facility_id}): ${entries} entries`;
  if (findings.length > 0) {
    const more = findings.length === FINDINGS_MAX ? [`  … and perhaps more.`] : [];
    return [`${about}. THE TRAIL WAS ALTERED:`, ...findings.map((f) => `  ${sayFinding(f)}`), ...more];
  }
  return [head ? `${about}, whole. Note down its head: ${head.n}:${head.hash}` : `${about}.`];
}
