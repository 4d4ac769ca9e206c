/** Results as they are kept: a row of `risk_assessments`, and what earlier rows show over time. Pure. */
import type { Json, Patch, RECORDS, Row } from '@psa/domain';
import type { Calculator, Result } from '@psa/domain/clinical';
import { bandOf, headlineWords, type Reader } from './words.ts';

export type Assessment = Row<typeof RECORDS.risk_assessments>;

/** Limits of the field `score`; a value beyond them stands in the whole result only. */
const SCORE_MIN = -1000;
const SCORE_MAX = 10_000;
const BAND_CHARS_MAX = 200;

/** The number that is followed over time; null where the rule has none, or it cannot be told. */
export function trendOf(calculator: Calculator, result: Result): number | null {
  const { trend, value } = calculator.headline;
  const number = result[trend ?? value];
  return typeof number === 'number' ? number : null;
}

/** What is kept of a result: answers, value, band and the version of the rule that made it. */
export function assessmentOf(
  calculator: Calculator,
  { given, result }: { given: Readonly<Record<string, Json>>; result: Result },
  about: { patientId: string; stayId: string | undefined; at: string; remarks: string; reader: Reader },
): Patch {
  const number = trendOf(calculator, result);
  const score = number === null ? null : Math.round(number * 100) / 100;
  const band = bandOf(calculator, result)?.label ?? wordsOf(calculator, result, about.reader);
  return {
    patient_id: about.patientId,
    ...(about.stayId ? { admission_id: about.stayId } : {}),
    assessed_at: about.at,
    instrument: calculator.id,
    instrument_version: calculator.version,
    answers: given,
    ...(score !== null && score >= SCORE_MIN && score <= SCORE_MAX ? { score } : {}),
    ...(band ? { band: band.slice(0, BAND_CHARS_MAX) } : {}),
    result,
    ...(about.remarks.trim() ? { remarks: about.remarks.trim() } : {}),
  };
}

/** A result that is no number has its words where a band would stand. */
function wordsOf(calculator: Calculator, result: Result, reader: Reader): string | undefined {
  return typeof result[calculator.headline.value] === 'number' ? undefined : headlineWords(calculator, result, reader);
}

/** One result among those of the same instrument. */
export interface Point {
  id: string;
  /** ISO 8601 UTC. */
  at: string;
  value: number;
  band: string | null;
  version: string;
}

const isResult = (json: Json | null): json is Result => typeof json === 'object' && json !== null && !Array.isArray(json);

/** The whole result of a kept row; null when it was kept without one. */
export const resultOf = (row: Assessment): Result | null => (isResult(row.result) ? row.result : null);

/** The results of one instrument over time, oldest first; what has no number is left out. */
export function pointsOf(calculator: Calculator, rows: readonly Assessment[]): Point[] {
  return rows
    .filter((row) => row.instrument === calculator.id)
    .flatMap((row) => {
      const result = resultOf(row);
      const value = (result && trendOf(calculator, result)) ?? row.score;
      return value === null
        ? []
        : [{ id: row.id, at: row.assessed_at, value, band: row.band, version: row.instrument_version }];
    })
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.id < b.id ? -1 : 1));
}

/** The latest row of each instrument, newest first. */
export function latestOfEach(rows: readonly Assessment[]): Assessment[] {
  const latest = new Map<string, Assessment>();
  for (const row of rows) {
    const found = latest.get(row.instrument);
    if (!found || row.assessed_at > found.assessed_at) latest.set(row.instrument, row);
  }
  return [...latest.values()].sort((a, b) => (a.assessed_at < b.assessed_at ? 1 : -1));
}
