/** Names of patients: how they are written, and when two are alike enough to be taken for each other. */
import { fold } from '@psa/domain';

/** The parts of a name as a row holds them; a row from elsewhere may lack any. */
export interface Named {
  last_name?: string | null;
  first_name?: string | null;
  other_names?: string | null;
}

/** Text as it is looked for: folded, with one space for whatever is neither letter nor digit. `Ọláìyá-Ṣọlá` → `olaiya sola`. */
export const plainWords = (text: string): string =>
  fold(text)
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

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
    .flatMap((w) => plainWords(w ?? '').split(' '))
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
