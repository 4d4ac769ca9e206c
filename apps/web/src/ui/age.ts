/** Ages as clinicians say them. Pure: `today` and the day of birth are `YYYY-MM-DD`. */

function parts(day: string): [number, number, number] {
  return [Number(day.slice(0, 4)), Number(day.slice(5, 7)), Number(day.slice(8, 10))];
}

function dayNumber(day: string): number {
  const [y, m, d] = parts(day);
  return Math.round(Date.UTC(y, m - 1, d) / 86_400_000);
}

/** Whole days from `from` to `to`; negative when `to` is earlier. */
function daysBetween(from: string, to: string): number {
  return dayNumber(to) - dayNumber(from);
}

/** Completed months from `from` to `to`. */
function monthsBetween(from: string, to: string): number {
  const [fy, fm, fd] = parts(from);
  const [ty, tm, td] = parts(to);
  return (ty - fy) * 12 + (tm - fm) - (td < fd ? 1 : 0);
}

/** Age in years for a rule: completed years, below two in completed months (11 months: 0.91); rounded down, so that no limit is passed early. */
export function ageInYears(born: string, today: string): number {
  const months = monthsBetween(born, today);
  return months < 24 ? Math.floor((months / 12) * 100) / 100 : Math.floor(months / 12);
}

export interface Birth {
  date_of_birth: string | null | undefined;
  date_of_birth_precision: string | null | undefined;
}

/**
 * The age in words: days under four weeks, weeks under three months, months under two years, then years; `about` when the day is estimated.
 * "age unknown" is what somebody chose; "age not recorded" is what nobody said.
 */
export function ageText(birth: Birth, today: string): string {
  const { date_of_birth: day, date_of_birth_precision: precision } = birth;
  if (!day) return precision === 'Unknown' ? 'age unknown' : 'age not recorded';
  const days = daysBetween(day, today);
  if (days < 0) return 'born in the future';
  const months = monthsBetween(day, today);
  const said =
    days < 28
      ? `${days} d`
      : months < 3
        ? `${Math.floor(days / 7)} wk`
        : months < 24
          ? `${months} mo`
          : `${Math.floor(months / 12)} y`;
  return precision === 'Estimated' ? `about ${said}` : said;
}

/** Short form for lists; empty when there is no day of birth. */
export function ageShort(birth: Birth, today: string): string {
  return birth.date_of_birth ? ageText(birth, today).replace('about ', '≈ ') : '';
}
