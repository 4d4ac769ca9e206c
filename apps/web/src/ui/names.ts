/** Names of patients: how they are written, and when two are alike enough to be taken for each other. */

/** The parts of a name as a row holds them; a row from elsewhere may lack any. */
export interface Named {
  last_name?: string | null;
  first_name?: string | null;
  other_names?: string | null;
}

/** Lower case without accents, dots below or hooks: `Ọláìyá` → `olaiya`, `Ɓala` → `bala`. */
export function fold(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[ɓɗƙ]/g, (c) => ({ ɓ: 'b', ɗ: 'd', ƙ: 'k' })[c] ?? c)
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** `Okafor, Ada Chidinma`. What is missing is left out; a row without any name says so. */
export function fullName(p: Named | undefined): string {
  const given = [p?.first_name, p?.other_names].filter(Boolean).join(' ');
  return [p?.last_name, given].filter(Boolean).join(', ') || 'Name not recorded';
}

/**
 * Two patients with the same key have like names: surname and first name in any order, spelt alike but for accents, doubled letters and the
 * vowels after the first letter of each. Undefined when there is too little to compare.
 */
export function likeKey(p: Named): string | undefined {
  const words = [p.last_name, p.first_name]
    .flatMap((w) => fold(w ?? '').split(' '))
    .filter((w) => w !== '')
    .map(
      (w) =>
        w[0] +
        w
          .slice(1)
          .replace(/h/g, '')
          .replace(/[aeiouy]+/g, 'a')
          .replace(/(.)\1+/g, '$1'),
    );
  return words.length < 2 ? undefined : words.sort().join(' ');
}

/** Patients grouped by like names: only keys that two or more share. */
export function likeNames<P extends Named>(patients: readonly P[]): ReadonlyMap<string, readonly P[]> {
  const groups = new Map<string, P[]>();
  for (const p of patients) {
    const key = likeKey(p);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group) group.push(p);
    else groups.set(key, [p]);
  }
  for (const [key, group] of groups) if (group.length < 2) groups.delete(key);
  return groups;
}

const digits = (text: string | null | undefined) => (text ?? '').replace(/\D/g, '').replace(/^(?:234|0)/, '');

/** What a form knows so far of somebody being registered. */
export interface Newcomer extends Named {
  hospital_number?: string | null;
  phone?: string | null;
  date_of_birth?: string | null;
}

/**
 * Patients who may be the one being registered: the same number, the same phone with a name in common, or like names (with the same or an
 * unstated day of birth first). At most `most`.
 */
export function possibleDuplicates<P extends Newcomer>(typed: Newcomer, patients: readonly P[], most = 5): P[] {
  const key = likeKey(typed);
  const phone = digits(typed.phone);
  const number = fold(typed.hospital_number ?? '');
  const ranked: { p: P; rank: number }[] = [];
  for (const p of patients) {
    const alike = key !== undefined && likeKey(p) === key;
    let rank = 0;
    if (number !== '' && fold(p.hospital_number ?? '') === number) rank = 4;
    else if (alike && typed.date_of_birth && p.date_of_birth === typed.date_of_birth) rank = 3;
    else if (phone.length >= 7 && digits(p.phone) === phone) rank = 2;
    else if (alike) rank = 1;
    if (rank > 0) ranked.push({ p, rank });
  }
  return ranked
    .sort((a, b) => b.rank - a.rank)
    .slice(0, most)
    .map((r) => r.p);
}
