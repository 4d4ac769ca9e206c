import { may } from '@psa/domain';
import { Link } from '@tanstack/react-router';
import { Suspense, useMemo } from 'react';
import { usePresent } from '../../record/present.ts';
import { type Assessment, latestOfEach, pointsOf, resultOf } from '../../scores/kept.ts';
import { useRules } from '../../scores/rules.ts';
import { Trend } from '../../scores/Trend.tsx';
import { bandOf, headlineWords, TONES } from '../../scores/words.ts';
import { useRowsBy } from '../../store/index.ts';
import { showNumber } from '../../ui/numbers.ts';
import { Moment, Section, Tag } from '../../ui/Pieces.tsx';
import { usePerson } from '../person.tsx';
import { ASSESSMENTS } from './Score.tsx';

/** The latest result of each score of a patient, and how it moved. */
export function PatientScores({ patientId }: { patientId: string }) {
  const { actor } = usePerson();
  const rows = useRowsBy('risk_assessments', 'patient_id', patientId);
  const latest = useMemo(() => latestOfEach(rows), [rows]);
  if (!may(actor, 'read', ASSESSMENTS)) return null;
  return (
    <Section
      title="Scores"
      actions={
        <Link className="button" to="/patients/$patientId/scores" params={{ patientId }}>
          New score
        </Link>
      }
    >
      {latest.length === 0 ? (
        <p className="muted">None recorded.</p>
      ) : (
        <Suspense fallback={<div className="form-wait" aria-busy />}>
          <ul className="lines">
            {latest.map((row) => (
              <Latest key={row.id} row={row} rows={rows} />
            ))}
          </ul>
        </Suspense>
      )}
    </Section>
  );
}

function Latest({ row, rows }: { row: Assessment; rows: readonly Assessment[] }) {
  const rules = useRules();
  const present = usePresent();
  const calculator = rules.calculatorOf(row.instrument);
  const result = resultOf(row);
  const points = calculator ? pointsOf(calculator, rows) : [];
  const band = calculator && result ? bandOf(calculator, result) : undefined;
  const value =
    calculator && result ? headlineWords(calculator, result, present) : row.score === null ? '' : showNumber(row.score);
  const word = band?.label ?? row.band ?? '';
  return (
    <li>
      <Link
        to="/patients/$patientId/record/$kind/$id"
        params={{ patientId: row.patient_id, kind: 'risk_assessments', id: row.id }}
        className="line"
        preload={false}
      >
        <span>
          <strong>{calculator?.title ?? row.instrument}</strong>
          <br />
          <span className="muted small">
            <Moment at={row.assessed_at} zone={present.zone} now={present.now} />
          </span>
        </span>
        <span className="line-side">
          <strong className="num">{value}</strong>{' '}
          {word !== value && <Tag tone={band ? TONES[band.level] : 'neutral'}>{word}</Tag>}
        </span>
      </Link>
      {calculator && points.length > 1 && (
        <details className="trend-more">
          <summary className="small">{points.length} results over time</summary>
          <Trend calculator={calculator} points={points} reader={present} />
        </details>
      )}
    </li>
  );
}
