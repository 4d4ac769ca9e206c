import { Digest } from './format.ts';

/** Refusals and differences that are shown of a kind; all of them stand in the report in full. */
const SHOWN_MAX = 10;

interface Noted {
  /** The line of its kind in the file, from 1. */
  at: number;
  id: string;
}

/** What became of the rows of one kind. */
export class KindReport {
  readonly kind: string;
  read = 0;
  written = 0;
  /** Here already, as in the file. */
  known = 0;
  left = 0;
  why: string | null = null;
  readonly refused: (Noted & { code: string; say: string })[] = [];
  /** Here already and otherwise: left as they are here. */
  readonly differing: (Noted & { fields: readonly string[] })[] = [];
  /** Here already under another id, by a name or number of which there is one. */
  readonly others: (Noted & { here: string })[] = [];
  readonly #meant = new Digest();
  readonly #stored = new Digest();

  constructor(kind: string) {
    this.kind = kind;
  }

  leave(why: string): void {
    this.left++;
    this.why = why;
  }

  refuse(at: number, id: string, code: string, say: string): void {
    this.refused.push({ at, id, code, say });
  }

  same(at: number, id: string, here: string): void {
    this.others.push({ at, id, here });
  }

  found(at: number, id: string, written: boolean, meant: string, stored: string, fields: readonly string[]): void {
    if (written) this.written++;
    this.#meant.add(meant);
    this.#stored.add(stored);
    if (meant !== stored) this.differing.push({ at, id, fields });
    else if (!written) this.known++;
  }

  /** Over what the file says of the rows that are here now, and over what is here. */
  get digests(): { meant: string; stored: string } {
    return { meant: this.#meant.hex, stored: this.#stored.hex };
  }

  toJSON(): object {
    const { kind, read, written, known, left, why, refused, differing, others, digests } = this;
    return { kind, read, written, known, left, why, refused, differing, others, digests };
  }

  lines(): string[] {
    const counts: [number, string][] = [
      [this.written, 'written'],
      [this.known, 'here already'],
      [this.others.length, 'here under another id'],
      [this.differing.length, 'here and different'],
      [this.left, 'left in the file'],
      [this.refused.length, 'refused'],
    ];
    const told = counts.filter(([n]) => n > 0).map(([n, what]) => `${n} ${what}`);
    const { meant, stored } = this.digests;
    const sum =
      this.written + this.known > 0
        ? `; ${meant === stored ? 'as in the file' : 'NOT as in the file'} (${stored.slice(0, 12)})`
        : '';
    return [
      `${this.kind}: ${this.read} read: ${told.join(', ') || 'none'}${sum}`,
      ...(this.why === null ? [] : [`  left: ${this.why}`]),
      ...shown(this.refused, ({ at, id, code, say }) => `  refused line ${at}, ${id}: ${code}: ${say}`),
      ...shown(
        this.differing,
        ({ at, id, fields }) => `  different line ${at}, ${id}: ${fields.join(', ')}; stays as it is here`,
      ),
      ...shown(this.others, ({ at, id, here }) => `  the same line ${at}, ${id} is ${here} here`),
    ];
  }
}

const shown = <T>(all: readonly T[], line: (one: T) => string): string[] => [
  ...all.slice(0, SHOWN_MAX).map(line),
  ...(all.length > SHOWN_MAX ? [`  … and ${all.length - SHOWN_MAX} more`] : []),
];

/** What an import did, by kind, in the order of the file. */
export class TakeReport {
  readonly #kinds = new Map<string, KindReport>();

  kind(name: string): KindReport {
    const known = this.#kinds.get(name) ?? new KindReport(name);
    this.#kinds.set(name, known);
    return known;
  }

  get kinds(): KindReport[] {
    return [...this.#kinds.values()];
  }

  /** In all. */
  get sums(): { read: number; written: number; refused: number; different: number } {
    const sum = (of: (one: KindReport) => number) => this.kinds.reduce((all, one) => all + of(one), 0);
    return {
      read: sum(({ read }) => read),
      written: sum(({ written }) => written),
      refused: sum(({ refused }) => refused.length),
      different: sum(({ differing }) => differing.length),
    };
  }

  lines(): string[] {
    const { read, written, refused, different } = this.sums;
    return [
      ...this.kinds.filter(({ read: n }) => n > 0).flatMap((kind) => kind.lines()),
      `In all: ${read} read, ${written} written, ${different} different here, ${refused} refused`,
    ];
  }
}
