/** How server, tablets and backups are, in words. Pure. */
import type { Json } from '@psa/domain';
import type { DoneReply, StatusReply } from '@psa/sync';
import { showSpan } from '../ui/days.ts';
import { count } from '../ui/numbers.ts';
import type { Tone } from '../ui/Pieces.tsx';

/** A line of the page: what, how it stands, and whether somebody should act. */
export interface Line {
  what: string;
  tone: Tone;
  word: string;
  say: string;
}

const HOUR_MS = 3_600_000;
/** Backups are made daily; a day and two hours is late. */
const BACKUP_LATE_MS = 26 * HOUR_MS;
const AUDIT_LATE_MS = 8 * 24 * HOUR_MS;
/** Work that lies on a tablet for a whole shift. */
const UNSENT_LATE_MS = 8 * HOUR_MS;
const DISK_LOW = 0.1;

/** An answer of the server, or of an earlier day; anything else is none. */
export function readStatus(value: Json | undefined): StatusReply | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return typeof value.time === 'string' && typeof value.tablets === 'object' && value.tablets !== null
    ? (value as unknown as StatusReply)
    : null;
}

const ago = (at: string, now: string): string => {
  const ms = Date.parse(now) - Date.parse(at);
  return ms < 60_000 ? 'just now' : `${showSpan(ms)} ago`;
};

export function backupLine(backup: DoneReply | null, now: string): Line {
  const what = 'Last backup';
  if (!backup)
    return { what, tone: 'caution', word: 'none', say: 'No backup was ever noted. Ask whoever looks after the server.' };
  const good = backup.ok_at;
  if (good === null) return { what, tone: 'danger', word: 'failed', say: `Tried ${ago(backup.at, now)}; none has worked yet.` };
  if (!backup.ok)
    return {
      what,
      tone: 'caution',
      word: 'failed',
      say: `Failed ${ago(backup.at, now)}. The last good one: ${ago(good, now)}.`,
    };
  const late = Date.parse(now) - Date.parse(good) > BACKUP_LATE_MS;
  return { what, tone: late ? 'caution' : 'done', word: late ? 'late' : 'made', say: `${ago(good, now)}.` };
}

export function tabletsLine({ in_use, waiting, saves, oldest_at }: StatusReply['tablets'], now: string): Line {
  const what = 'Waiting on tablets';
  const of = `of ${count(in_use, 'tablet')}`;
  if (waiting === 0) return { what, tone: 'done', word: 'nothing', say: `Nothing waited on any ${of} at its last contact.` };
  const late = oldest_at !== null && Date.parse(now) - Date.parse(oldest_at) > UNSENT_LATE_MS;
  const since = oldest_at === null ? '' : ` The oldest was saved ${ago(oldest_at, now)}.`;
  const say = `${count(saves, 'save')} on ${waiting} ${of}, at their last contacts.${since}`;
  return { what, tone: late ? 'caution' : 'info', word: late ? 'for long' : 'some', say };
}

export function decisionsLine({ conflicts, refused }: Pick<StatusReply, 'conflicts' | 'refused'>): Line {
  const what = 'Waiting for a decision';
  if (conflicts + refused === 0)
    return { what, tone: 'done', word: 'nothing', say: 'No two people disagree, and nothing was refused.' };
  const parts = [
    ...(conflicts > 0 ? [`${count(conflicts, 'conflict')} between two people`] : []),
    ...(refused > 0 ? [`${count(refused, 'save')} refused and kept`] : []),
  ];
  return {
    what,
    tone: 'conflict',
    word: 'some',
    say: `${parts.join(', ')}. Whoever saved them finds them under Needs attention.`,
  };
}

/** Lines for those who look after the server. */
export function keptLines(
  { audit, rehearsal, disk }: NonNullable<StatusReply['kept']>,
  bytes: (n: number) => string,
  now: string,
): Line[] {
  const trail: Line = !audit
    ? {
        what: 'Audit trail',
        tone: 'caution',
        word: 'not checked',
        say: 'It was never verified: psa verify-audit, once a week.',
      }
    : !audit.ok
      ? {
          what: 'Audit trail',
          tone: 'danger',
          word: 'altered',
          say: `Found ${ago(audit.at, now)}. Run psa verify-audit and read what it says.`,
        }
      : Date.parse(now) - Date.parse(audit.at) > AUDIT_LATE_MS
        ? {
            what: 'Audit trail',
            tone: 'caution',
            word: 'long ago',
            say: `Whole when it was verified ${ago(audit.at, now)}. Once a week: psa verify-audit.`,
          }
        : { what: 'Audit trail', tone: 'done', word: 'whole', say: `Verified ${ago(audit.at, now)}.` };
  const restored: Line[] = rehearsal
    ? [
        rehearsal.ok
          ? { what: 'Restore rehearsed', tone: 'done', word: 'worked', say: `${ago(rehearsal.at, now)}.` }
          : {
              what: 'Restore rehearsed',
              tone: 'danger',
              word: 'failed',
              say: `${ago(rehearsal.at, now)}. A backup that cannot be restored is none.`,
            },
      ]
    : [];
  const low = disk !== null && disk.free < disk.total * DISK_LOW;
  const room: Line[] = disk
    ? [
        {
          what: 'Disk of the server',
          tone: low ? 'danger' : 'done',
          word: low ? 'nearly full' : 'room left',
          say: `${bytes(disk.free)} free of ${bytes(disk.total)}.${low ? ' Make room before it is full: then nothing can be saved there.' : ''}`,
        },
      ]
    : [];
  return [trail, ...restored, ...room];
}
