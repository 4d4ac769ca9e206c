import type { AnyRow } from '../record.ts';
import { recordOf } from '../records/index.ts';
import { RULES, type Rule } from './rules.ts';
import {
  type Chart,
  dayWords,
  joined,
  labelOf,
  momentWords,
  type Part,
  recorded,
  restsOn,
  type Sentence,
  sentence,
} from './sentence.ts';
import { aboutAllergies, aboutStay } from './stay.ts';

export { SUMMARY_KINDS } from './rules.ts';
export type { Chart, Sentence, Source } from './sentence.ts';

/** What stands above a draft, and at its end when it is kept. */
export const DRAFTED_BY_RULES =
  'Drafted by rules from the record, by no person and no language model. Read it before you use it.';

/**
 * A summary of one stay, drafted from what is recorded by plain rules: each sentence names the entries it comes from, free text is told as it was
 * entered, and what is not recorded is said to be not recorded.
 */
export function admissionSummary(chart: Chart): Sentence[] {
  return [...aboutStay(chart), ...aboutAllergies(chart), ...RULES.flatMap((rule) => told(chart, rule))];
}

/** The draft as one text: a line for each section. */
export function summaryText(sentences: readonly Sentence[]): string {
  const sections = [...new Set(sentences.map(({ section }) => section))];
  const lines = sections.map((section) => {
    const own = sentences.filter((one) => one.section === section).map(({ text }) => text);
    return `${section}: ${own.join(' ')}`;
  });
  return [...lines, DRAFTED_BY_RULES].join('\n\n');
}

const timeOf = (rule: Rule, row: AnyRow): string => String(row[rule.at] ?? row.created_at);

function told(chart: Chart, rule: Rule): Sentence[] {
  const rows = chart.rows[rule.kind];
  if (rows === undefined || !recordOf(rule.kind)) return [];
  const own = rows
    .filter((row) => isOfStay(chart, rule, row) && isWanted(rule, row))
    .sort((a, b) => (timeOf(rule, a) < timeOf(rule, b) ? 1 : timeOf(rule, a) > timeOf(rule, b) ? -1 : a.id < b.id ? 1 : -1));
  const latest = rule.each ? own.filter((row, i) => own.findIndex((other) => isAlike(rule, row, other)) === i) : own;
  if (latest.length === 0) {
    return rule.none === undefined ? [] : [sentence(rule.section, [restsOn(rule.kind, null, null), rule.none], true)];
  }
  const shown = latest.slice(0, rule.most).map((row) => one(chart, rule, row));
  const left = own.length - shown.length;
  if (left === 0) return shown;
  const titles = recordOf(rule.kind)?.titles.toLowerCase();
  return [
    ...shown,
    sentence(rule.section, [restsOn(rule.kind, null, null), `Older entries not repeated here (${titles}): ${left}`]),
  ];
}

/** A row names its stay; one that names none belongs to the stay in whose time it falls. */
function isOfStay(chart: Chart, rule: Rule, row: AnyRow): boolean {
  const { stay } = chart;
  if (rule.through) {
    const parent = parentOf(chart, rule, row);
    return (
      parent !== undefined &&
      parent.status !== 'Cancelled' &&
      isOfStay(chart, { ...rule, through: undefined, at: 'prescribed_date' }, parent)
    );
  }
  if (typeof row.admission_id === 'string') return row.admission_id === stay.id;
  const at = timeOf(rule, row);
  // A day counts for all of its hours.
  const from = String(stay.admission_date).slice(0, at.length);
  const to = typeof stay.discharge_date === 'string' ? stay.discharge_date.slice(0, at.length) : null;
  return at >= from && (to === null || at <= to);
}

const parentOf = (chart: Chart, { through }: Rule, row: AnyRow): AnyRow | undefined =>
  through && (chart.rows[through.kind] ?? []).find((other) => other.id === row[through.field]);

/** How the row stands through which this one belongs to the stay, unless it stands as it should: a line on hold is not given. */
function standing(chart: Chart, rule: Rule, row: AnyRow): Part[][] {
  const parent = parentOf(chart, rule, row);
  if (!rule.through || !parent || parent.status === rule.through.unless) return [];
  const { kind, named } = rule.through;
  return named.flatMap((field): Part[][] => {
    const value = recorded(chart, kind, parent, field);
    const of = field === 'status' ? `${recordOf(kind)?.title.toLowerCase()}: ` : `${labelOf(kind, field)}: `;
    return value ? [[of, value]] : [];
  });
}

const isWanted = (rule: Rule, row: AnyRow): boolean =>
  Object.entries(rule.only ?? {}).every(([field, values]) => (values as readonly unknown[]).includes(row[field] ?? null));

const isAlike = (rule: Rule, a: AnyRow, b: AnyRow): boolean =>
  (rule.each ?? []).every((field) => (a[field] ?? null) === (b[field] ?? null));

function one(chart: Chart, rule: Rule, row: AnyRow): Sentence {
  const at = row[rule.at];
  const when = typeof at !== 'string' ? [] : [momentOf(chart, rule, row, at)];
  const plain = rule.plain.flatMap((field): Part[] => {
    const value = recorded(chart, rule.kind, row, field);
    return value ? [value] : [];
  });
  const named = rule.named.flatMap((field): Part[][] => {
    const value = recorded(chart, rule.kind, row, field);
    return value ? [[`${labelOf(rule.kind, field)}: `, value]] : [];
  });
  named.unshift(...standing(chart, rule, row));
  if (rule.lacks && row[rule.lacks.field] !== true) named.push([restsOn(rule.kind, row.id, null), rule.lacks.say]);
  const details = named.flatMap((parts, i): Part[] => (i === 0 ? parts : ['; ', ...parts]));
  const facts: Part[] = [...joined(plain, ' '), ...(plain.length > 0 && details.length > 0 ? ['; '] : []), ...details];
  return sentence(rule.section, [
    rule.title,
    ...when.flatMap((part): Part[] => [' ', part]),
    ': ',
    ...(facts.length > 0 ? facts : ['no details recorded']),
  ]);
}

const momentOf = (chart: Chart, rule: Rule, row: AnyRow, at: string): Part => ({
  text: at.length === 10 ? dayWords(at) : momentWords(at, chart.time_zone),
  source: { kind: rule.kind, id: row.id, field: rule.at },
});
