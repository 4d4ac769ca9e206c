/** Finds a score by name, abbreviation, problem or body system. Pure. */
import type { Calculator } from '@psa/domain/clinical';
import { plainWords } from '../ui/names.ts';

const texts = new WeakMap<Calculator, { name: string; named: string; all: string }>();

function textOf(calculator: Calculator) {
  let text = texts.get(calculator);
  if (!text) {
    const { id, title, about, system, words } = calculator;
    const name = plainWords(title);
    const named = ` ${plainWords([title, id.replaceAll('_', ' '), ...words].join(' '))}`;
    text = { name, named, all: `${named} ${plainWords(`${system} ${about}`)}` };
    texts.set(calculator, text);
  }
  return text;
}

/** Those that contain every typed word, best first: by the beginning of the name, of a word they are known by, then anywhere. All when nothing is typed. */
export function findScores(calculators: readonly Calculator[], query: string): Calculator[] {
  const words = plainWords(query).split(' ').filter(Boolean);
  const whole = words.join(' ');
  const rank = (one: Calculator) => {
    const { name, named } = textOf(one);
    if (name.startsWith(whole)) return 0;
    return words.every((word) => named.includes(` ${word}`)) ? 1 : 2;
  };
  return calculators
    .filter((one) => words.every((word) => textOf(one).all.includes(word)))
    .map((one, n) => ({ one, n, rank: words.length === 0 ? 0 : rank(one) }))
    .sort((a, b) => a.rank - b.rank || a.n - b.n)
    .map(({ one }) => one);
}
