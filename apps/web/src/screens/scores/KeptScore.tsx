import { Suspense } from 'react';
import { usePresent } from '../../record/present.ts';
import { RecordView } from '../../record/RecordView.tsx';
import { Answers } from '../../scores/Answers.tsx';
import { type Assessment, pointsOf, resultOf } from '../../scores/kept.ts';
import { ResultCard } from '../../scores/ResultCard.tsx';
import { useRules } from '../../scores/rules.ts';
import { Trend } from '../../scores/Trend.tsx';
import { useRowsBy } from '../../store/index.ts';
import { ASSESSMENTS } from './Score.tsx';

/** A kept assessment: its result as it was made, the answers it follows from, and how it stands among earlier ones. */
export function KeptScore({ row }: { row: Assessment }) {
  return (
    <Suspense fallback={<div className="form-wait" aria-busy />}>
      <Kept row={row} />
    </Suspense>
  );
}

function Kept({ row }: { row: Assessment }) {
  const rules = useRules();
  const present = usePresent();
  const calculator = rules.calculatorOf(row.instrument);
  const rows = useRowsBy('risk_assessments', 'patient_id', row.patient_id);
  const result = resultOf(row);
  // An instrument entered elsewhere is shown as it was written.
  if (!calculator || !result) return <RecordView def={ASSESSMENTS} row={row} all skip={['patient_id']} brief />;
  const again = row.instrument_version === calculator.version ? rules.explain(calculator, row.answers) : null;
  const working = again && !rules.isRefusal(again) ? again.working : null;
  return (
    <ResultCard calculator={calculator} result={result} working={working} version={row.instrument_version} reader={present}>
      {row.instrument_version !== calculator.version && (
        <p className="muted small">
          Made by version {row.instrument_version} of the rule; this app has {calculator.version}. It is shown as it was made,
          and was not computed again.
        </p>
      )}
      <h3>Over time</h3>
      <Trend calculator={calculator} points={pointsOf(calculator, rows)} reader={present} />
      <h3>Answers</h3>
      <Answers calculator={calculator} answers={row.answers} reader={present} />
      {row.remarks && (
        <>
          <h3>Remarks</h3>
          <p className="entry-note">{row.remarks}</p>
        </>
      )}
    </ResultCard>
  );
}
