import { type AnyRow, nameWords, nationalPhone, plainWord } from '@psa/domain';
import type { Slices } from './slices.ts';

interface Entry {
  row: AnyRow;
  /**
   * Words, each after a space, so that a word's beginning can be told from its middle: names, END, hospital number, phone. The end of the
   * names is below every letter, so that this is also the order of the list.
   */
  text: string;
  number: string;
}
/** So many are sorted, or merged, without a look at the time. */
const RUN = 512;
const END = '\u0001';
const SPACE = 32;

function entryOf(row: AnyRow): Entry {
  const number = typeof row.hospital_number === 'string' ? plainWord(row.hospital_number) : '';
  const phone = typeof row.phone === 'string' ? nationalPhone(row.phone) : '';
  const names = [...nameWords(row.last_name), ...nameWords(row.first_name), ...nameWords(row.other_names)];
  return { row, text: ` ${names.join(' ')}${END} ${number} ${phone}`, number };
}

/** One typed word: the ways it may stand in the text, and each at the beginning of a word. */
interface Word {
  forms: readonly string[];
  begins: readonly string[];
}

function wordOf(typed: string): Word[] {
  const plain = plainWord(typed);
  if (plain === '') return [];
  const phone = /^\d+$/.test(plain) ? nationalPhone(plain) : plain;
  const forms = phone === plain ? [plain] : [plain, phone];
  return [{ forms, begins: forms.map((form) => ` ${form}`) }];
}

const before = (a: Entry, b: Entry): number =>
  a.text < b.text ? -1 : a.text > b.text ? 1 : a.row.id < b.row.id ? -1 : a.row.id > b.row.id ? 1 : 0;

/**
 * Search over patients: every typed word must occur in a name, the hospital number or the phone. Best first: the number itself, then words that
 * begin as typed, then the rest, each by surname. A linear look through prepared text: 10,000 patients take a few milliseconds.
 */
export class PatientSearch {
  #entries = new Map<string, Entry>();
  #sorted: Entry[] | null = null;
  #puts = 0;
  /** The last search and its hits in the order of the list: with one more letter typed, only they can be hits. */
  #last: { words: readonly Word[]; hits: readonly Entry[] } | null = null;

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
    this.#puts++;
    this.#entries.clear();
    this.#sorted = null;
    this.#last = null;
  }

  /** Forget the order, before many rows are put at once. */
  unsort(): void {
    this.#sorted = null;
  }

  /** Puts the list in order in slices, so that the first search need not do it at once. Gives up when somebody is put meanwhile. */
  async order(slices: Slices): Promise<void> {
    const began = this.#puts;
    let runs: Entry[][] = [];
    let run: Entry[] = [];
    for (const entry of this.#entries.values()) {
      run.push(entry);
      if (run.length < RUN) continue;
      runs.push(run.sort(before));
      run = [];
      await slices.next();
    }
    runs.push(run.sort(before));
    while (runs.length > 1) {
      const longer: Entry[][] = [];
      for (let i = 0; i < runs.length; i += 2) longer.push(await merged(runs[i] ?? [], runs[i + 1] ?? [], slices));
      runs = longer;
    }
    if (this.#puts === began) this.#sorted ??= runs[0] ?? [];
  }

  /** Rows that contain every word of `query`, best first; all rows by surname when it is empty. */
  find(query: string): readonly AnyRow[] {
    this.#sorted ??= [...this.#entries.values()].sort(before);
    const words = query.split(/\s+/).flatMap(wordOf);
    if (words.length === 0) return this.#sorted.map((entry) => entry.row);
    // A phone number typed with spaces or brackets is one word.
    const spaced = words.length > 1 && /^[\d\s+()./-]+$/.test(query) ? wordOf(query) : null;
    const among = this.#last && goesOn(this.#last.words, words) && !spaced ? this.#last.hits : this.#sorted;
    const hits: Entry[] = [];
    const byRank: AnyRow[][] = [[], [], [], []];
    for (const entry of among) {
      const rank = rankOf(entry, words) || (spaced ? rankOf(entry, spaced) : 0);
      if (rank === 0) continue;
      hits.push(entry);
      byRank[rank]?.push(entry.row);
    }
    this.#last = spaced ? null : { words, hits };
    return byRank.reverse().flat();
  }

  #replace(old: Entry | undefined, entry: Entry | undefined): void {
    this.#puts++;
    this.#last = null;
    const list = this.#sorted;
    if (!list) return;
    if (old) list.splice(place(list, old), 1);
    if (entry) list.splice(place(list, entry), 0, entry);
  }
}

/** Two sorted lists in one. */
async function merged(a: readonly Entry[], b: readonly Entry[], slices: Slices): Promise<Entry[]> {
  const out: Entry[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [left, right] = [a[i], b[j]];
    const takesLeft = right === undefined || (left !== undefined && before(left, right) <= 0);
    out.push((takesLeft ? left : right) as Entry);
    if (takesLeft) i++;
    else j++;
    if (out.length % RUN === 0) await slices.next();
  }
  return out;
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

/** 0: it does not occur; 1: inside a word only; 2: it begins a word. Plain code: this runs for every patient at every keystroke. */
function occurs(text: string, { forms, begins }: Word): 0 | 1 | 2 {
  let best: 0 | 1 = 0;
  for (let i = 0; i < forms.length; i++) {
    const at = text.indexOf(forms[i] as string);
    if (at < 0) continue;
    if (text.charCodeAt(at - 1) === SPACE || text.includes(begins[i] as string, at)) return 2;
    best = 1;
  }
  return best;
}

/** 0: a word is missing; 1: all occur; 2: all begin a word; 3: one is the hospital number itself. */
function rankOf(entry: Entry, words: readonly Word[]): 0 | 1 | 2 | 3 {
  let rank: 1 | 2 | 3 = 2;
  for (let i = 0; i < words.length; i++) {
    const found = occurs(entry.text, words[i] as Word);
    if (found === 0) return 0;
    if (found === 1) rank = 1;
  }
  for (const { forms } of words) if (forms.includes(entry.number)) rank = 3;
  return rank;
}

/** Whether whoever has all the words of `after` has all those of `before`: typing went on. A phone number in two forms may leave its first. */
const goesOn = (before: readonly Word[], after: readonly Word[]): boolean =>
  before.length <= after.length &&
  before.every(({ forms }, i) => {
    const now = after[i]?.forms ?? [];
    return forms.length === 1 && now.length === 1 && now[0]?.startsWith(forms[0] ?? '') === true;
  });
