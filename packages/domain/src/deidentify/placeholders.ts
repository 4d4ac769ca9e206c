/** What a placeholder stands for; the word inside its brackets. */
export type HiddenKind =
  | 'PATIENT'
  | 'KIN'
  | 'PERSON'
  | 'RECORD'
  | 'PHONE'
  | 'EMAIL'
  | 'BIRTHDATE'
  | 'ADDRESS'
  | 'PLACE'
  | 'NUMBER'
  | 'TEXT';

/** A piece of a text that must not leave. `group` says which pieces mean the same person or thing. */
export interface Span {
  from: number;
  to: number;
  kind: HiddenKind;
  group: string;
}

/** A placeholder as a model may write it back: `[PATIENT-1]`, `[Patient-1B]`. */
const PLACEHOLDER = /\[([A-Za-z]{3,9})-(\d{1,5})([A-Za-z]{0,3})\]/g;
/** What the end of a piece of an answer may be the beginning of. */
const BEGUN = /\[(?:[A-Za-z]{0,9}|[A-Za-z]{3,9}-\d{0,5}|[A-Za-z]{3,9}-\d{1,5}[A-Za-z]{0,3})$/;

/** Where the text itself already says something that looks like a placeholder: hidden too, so that it is not mistaken for ours. */
export function placeholderLookalikes(text: string): Span[] {
  return [...text.matchAll(PLACEHOLDER)].map((m) => ({ from: m.index, to: m.index + m[0].length, kind: 'TEXT', group: m[0] }));
}

/** 0 → '', 1 → 'B', 2 → 'C' … 25 → 'Z', 26 → 'AB'. */
function suffix(index: number): string {
  if (index === 0) return '';
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
  const high = Math.floor(index / 26);
  return (high > 0 ? (letters[(high - 1) % 26] ?? '') : '') + (letters[index % 26] ?? '');
}

/**
 * Gives each hidden piece a placeholder and takes it back. Another spelling of the same person has the same number with a letter
 * behind it (`[PATIENT-1]`, `[PATIENT-1B]`), so that the text comes back letter by letter.
 */
export class Placeholders {
  readonly #bySurface = new Map<string, string>();
  readonly #original = new Map<string, string>();
  readonly #groups = new Map<string, { number: number; count: number }>();
  readonly #last = new Map<HiddenKind, number>();

  /** How many different pieces are hidden. */
  get size(): number {
    return this.#original.size;
  }

  /** The placeholder of a piece, the same each time. */
  of(kind: HiddenKind, group: string, surface: string): string {
    const key = `${kind}\n${group}\n${surface}`;
    const known = this.#bySurface.get(key);
    if (known !== undefined) return known;
    let place = this.#groups.get(`${kind}\n${group}`);
    if (!place) {
      const number = (this.#last.get(kind) ?? 0) + 1;
      this.#last.set(kind, number);
      place = { number, count: 0 };
      this.#groups.set(`${kind}\n${group}`, place);
    }
    const made = `[${kind}-${place.number}${suffix(place.count++)}]`;
    this.#bySurface.set(key, made);
    this.#original.set(made, surface);
    return made;
  }

  /** Puts back what was hidden. What looks like a placeholder and is none of ours stays. */
  restore(text: string): string {
    return text.replace(PLACEHOLDER, (found) => this.#original.get(found.toUpperCase()) ?? found);
  }

  /** Puts back what was hidden in an answer that comes in pieces: the end of a piece is held while it may be half a placeholder. */
  restorer(): { push(piece: string): string; end(): string } {
    let held = '';
    return {
      push: (piece) => {
        const text = held + piece;
        const begun = BEGUN.exec(text);
        held = begun ? text.slice(begun.index) : '';
        return this.restore(begun ? text.slice(0, begun.index) : text);
      },
      end: () => {
        const rest = held;
        held = '';
        return this.restore(rest);
      },
    };
  }
}

/** Replaces the spans; those that overlap become one, which hides all of them. */
export function replaceSpans(text: string, spans: readonly Span[], placeholders: Placeholders): string {
  const merged: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.from - b.from || b.to - a.to)) {
    const last = merged.at(-1);
    if (!last || span.from >= last.to) merged.push({ ...span });
    else if (span.to > last.to) {
      // Neither part alone says who it is: the joint piece is a thing of its own.
      last.to = span.to;
      last.group = text.slice(last.from, last.to);
    }
  }
  let out = '';
  let at = 0;
  for (const { from, to, kind, group } of merged) {
    out += text.slice(at, from) + placeholders.of(kind, group, text.slice(from, to));
    at = to;
  }
  return out + text.slice(at);
}
