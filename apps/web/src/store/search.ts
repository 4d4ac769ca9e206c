import type { AnyRow } from '@psa/domain';

/** Letters that carry their mark inside and so survive decomposition (Hausa, Fulfulde and neighbours). */
const HOOKED: Readonly<Record<string, string>> = {
  ɓ: 'b',
  ɗ: 'd',
  ƙ: 'k',
  ƴ: 'y',
  ŋ: 'n',
  ɛ: 'e',
  ɔ: 'o',
  ə: 'e',
  ı: 'i',
  ø: 'o',
  ł: 'l',
};

/** Lower case without accents, dots below or hooks: `Ọlá-Ɗan` → `ola-dan`. */
export function fold(text: string): string {
  const plain = text.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '');
  return plain.replace(/[ɓɗƙƴŋɛɔəıøł]/g, (c) => HOOKED[c] ?? c);
}

const plainOf = (text: string): string => fold(text).replace(/[^\p{L}\p{N}]/gu, '');

/** Digits of a phone number in national form: `+234 803…`, `234803…`, `+234 (0)803…` and `0803…` are the same number. */
export function nationalPhone(text: string): string {
  const digits = text.replace(/\D/g, '');
  return digits.startsWith('234') && digits.length >= 6 ? `0${digits.slice(3).replace(/^0/, '')}` : digits;
}

/** Words of a name as they may be typed: parts of a double name alone and joined. */
function nameWords(name: unknown): string[] {
  if (typeof name !== 'string') return [];
  return name.split(/\s+/).flatMap((word) => {
    const parts = word.split(/[-‐–/.]/).map(plainOf);
    return parts.length > 1 ? [plainOf(word), ...parts] : parts;
  });
}

interface Entry {
  row: AnyRow;
  /** Words, each after a space, so that a word's beginning can be told from its middle. */
  text: string;
  number: string;
  sort: string;
}

function entryOf(row: AnyRow): Entry {
  const number = typeof row.hospital_number === 'string' ? plainOf(row.hospital_number) : '';
  const phone = typeof row.phone === 'string' ? nationalPhone(row.phone) : '';
  const names = [row.last_name, row.first_name, row.other_names].flatMap(nameWords);
  const words = [...names, number, phone].filter((w) => w !== '');
  return { row, text: ` ${words.join(' ')}`, number, sort: `${names.join(' ')}\u0000${number}\u0000${row.id}` };
}

/** One typed word: the ways it may stand in the text, and each at the beginning of a word. */
interface Word {
  forms: readonly string[];
  begins: readonly string[];
}

function wordOf(typed: string): Word[] {
  const plain = plainOf(typed);
  if (plain === '') return [];
  const phone = /^\d+$/.test(plain) ? nationalPhone(plain) : plain;
  const forms = phone === plain ? [plain] : [plain, phone];
  return [{ forms, begins: forms.map((form) => ` ${form}`) }];
}

const before = (a: Entry, b: Entry): number => (a.sort < b.sort ? -1 : a.sort > b.sort ? 1 : 0);

/**
 * Search over patients: every typed word must occur in a name, the hospital number or the phone. Best first: the number itself, then words that
 * begin as typed, then the rest, each by surname. A linear look through prepared text: 10,000 patients take a few milliseconds.
 */
export class PatientSearch {
  #entries = new Map<string, Entry>();
  #sorted: Entry[] | null = null;

  put(row: AnyRow): void {
    const old = this.#entries.get(row.id);
    const entry = entryOf(row);
    this.#entries.set(row.id, entry);
    this.#replace(old, entry);
  }

  remove(id: string): void {
    const old = this.#entries.get(id);
    if (!old) return;
    this.#entries.delete(id);
    this.#replace(old, undefined);
  }

  clear(): void {
    this.#entries.clear();
    this.#sorted = null;
  }

  /** Forget the order, before many rows are put at once. */
  unsort(): void {
    this.#sorted = null;
  }

  /** Rows that contain every word of `query`, best first; all rows by surname when it is empty. */
  find(query: string): readonly AnyRow[] {
    this.#sorted ??= [...this.#entries.values()].sort(before);
    const words = query.split(/\s+/).flatMap(wordOf);
    if (words.length === 0) return this.#sorted.map((entry) => entry.row);
    // A phone number typed with spaces or brackets is one word.
    const spaced = words.length > 1 && /^[\d\s+()./-]+$/.test(query) ? wordOf(query) : null;
    const best: AnyRow[] = [];
    const good: AnyRow[] = [];
    const rest: AnyRow[] = [];
    for (const entry of this.#sorted) {
      const rank = rankOf(entry, words) || (spaced ? rankOf(entry, spaced) : 0);
      if (rank === 3) best.push(entry.row);
      else if (rank === 2) good.push(entry.row);
      else if (rank === 1) rest.push(entry.row);
    }
    return best.concat(good, rest);
  }

  #replace(old: Entry | undefined, entry: Entry | undefined): void {
    const list = this.#sorted;
    if (!list) return;
    if (old) list.splice(place(list, old), 1);
    if (entry) list.splice(place(list, entry), 0, entry);
  }
}

/** Where `entry` stands, or would stand, in a sorted list. */
function place(list: readonly Entry[], entry: Entry): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const there = list[middle];
    if (there && before(there, entry) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether any of these stands in the text. A plain loop: this runs for every patient at every keystroke. */
function hasAny(text: string, parts: readonly string[]): boolean {
  for (let i = 0; i < parts.length; i++) if (text.includes(parts[i] as string)) return true;
  return false;
}

/** 0: a word is missing; 1: all occur; 2: all begin a word; 3: one is the hospital number itself. */
function rankOf(entry: Entry, words: readonly Word[]): 0 | 1 | 2 | 3 {
  let rank: 1 | 2 | 3 = 2;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as Word;
    if (!hasAny(entry.text, word.forms)) return 0;
    if (rank === 2 && !hasAny(entry.text, word.begins)) rank = 1;
  }
  for (const { forms } of words) if (forms.includes(entry.number)) rank = 3;
  return rank;
}
