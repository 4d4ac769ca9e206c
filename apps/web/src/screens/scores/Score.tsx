import { TextInput } from '@mantine/core';
import { may, ProblemError, RECORDS, type RecordDef } from '@psa/domain';
import type { Calculator } from '@psa/domain/clinical';
import { IconArrowLeft } from '@tabler/icons-react';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { Suspense, useMemo, useState } from 'react';
import type { Raws } from '../../record/form.ts';
import { usePresent } from '../../record/present.ts';
import { type Facts, startOf } from '../../scores/facts.ts';
import { assessmentOf, pointsOf, trendOf } from '../../scores/kept.ts';
import type { Rules } from '../../scores/rules.ts';
import { useRules } from '../../scores/rules.ts';
import { type Scored, ScoreForm } from '../../scores/ScoreForm.tsx';
import { Trend } from '../../scores/Trend.tsx';
import { bandOf } from '../../scores/words.ts';
import { device, useDraft, useRow, useRowsBy } from '../../store/index.ts';
import { parseInstant, timeIn } from '../../ui/days.ts';
import { Notice } from '../../ui/Pieces.tsx';
import { keepWishes } from '../keep.tsx';
import { NotFound } from '../NotFound.tsx';
import { useOpenStay } from '../patients/back.tsx';
import { usePerson } from '../person.tsx';
import { useFacts } from './use-facts.ts';

export const ASSESSMENTS = RECORDS.risk_assessments as unknown as RecordDef;

const NO_FACTS: Facts = {};
const waiting = <div className="form-wait" aria-busy />;

/** One score, without a patient: nothing is kept. */
export function Score() {
  const { id } = useParams({ from: '/scores/$id' });
  return (
    <div className="page form-page">
      <Suspense fallback={waiting}>
        <Unkept key={id} id={id} />
      </Suspense>
    </div>
  );
}

function Unkept({ id }: { id: string }) {
  const rules = useRules();
  const calculator = rules.calculatorOf(id);
  const present = usePresent();
  const [raws, setRaws] = useState<Raws>(() => (calculator ? startOf(calculator, NO_FACTS).raws : {}));
  if (!calculator) return <NotFound />;
  return (
    <>
      <header className="page-head">
        <Link to="/scores" className="icon-button" aria-label="Back to the scores">
          <IconArrowLeft size="1.2rem" aria-hidden />
        </Link>
        <h1>{calculator.title}</h1>
      </header>
      <ScoreForm
        rules={rules}
        calculator={calculator}
        raws={raws}
        onChange={setRaws}
        known={startOf(calculator, NO_FACTS)}
        present={present}
        before={<p className="muted">{calculator.about}</p>}
        unkept="No patient: not kept."
      />
    </>
  );
}

/** One score of a patient: filled from what is recorded, followed over time, and saved to the record. */
export function ScoreOfPatient() {
  const { patientId, id } = useParams({ from: '/patients/$patientId/scores/$id' });
  return (
    <div className="page form-page">
      <Suspense fallback={waiting}>
        <OfPatient key={`${patientId} ${id}`} patientId={patientId} id={id} />
      </Suspense>
    </div>
  );
}

interface Kept {
  raws: Raws;
}

function OfPatient({ patientId, id }: { patientId: string; id: string }) {
  const rules = useRules();
  const calculator = rules.calculatorOf(id);
  const patient = useRow('patients', patientId);
  const { draft, kept_at, keep, drop } = useDraft<Kept>(`score:${id}:${patientId}`);
  if (!calculator || !patient) return <NotFound />;
  // Until the draft has been read there is nothing true to show.
  if (draft === undefined) return waiting;
  return <Filled {...{ rules, calculator, patientId, keep, drop }} found={draft} keptAt={kept_at} />;
}

function Filled({
  rules,
  calculator,
  patientId,
  found,
  keptAt,
  keep,
  drop,
}: {
  rules: Rules;
  calculator: Calculator;
  patientId: string;
  found: Kept | null;
  keptAt: string | null;
  keep(value: Kept): void;
  drop(): Promise<void>;
}) {
  const present = usePresent();
  const navigate = useNavigate();
  const { actor } = usePerson();
  const stay = useOpenStay(patientId);
  const known = useFacts(calculator, patientId);
  const [rowId] = useState(() => device.newId());
  // What the record held when the form was opened; a draft keeps what somebody typed.
  const [raws, setRaws] = useState<Raws>(() => found?.raws ?? known.raws);
  const [resumed, setResumed] = useState(found !== null);
  const [at, setAt] = useState('now');
  const [remarks, setRemarks] = useState('');
  const [failed, setFailed] = useState<string | null>(null);
  const [saving, setSaving] = useState(false);
  const rows = useRowsBy('risk_assessments', 'patient_id', patientId);
  const points = useMemo(() => pointsOf(calculator, rows), [calculator, rows]);
  const moment = parseInstant(at, present.now, present.zone);
  const mayKeep = may(actor, 'create', ASSESSMENTS);
  const ahead = 'value' in moment && moment.value > present.now;

  const save = async ({ given, result }: Scored) => {
    if (!('value' in moment) || ahead) return setFailed('Say when it was assessed: not in the future.');
    setSaving(true);
    try {
      const patch = assessmentOf(
        calculator,
        { given, result },
        { patientId, stayId: stay, at: moment.value, remarks, reader: present },
      );
      await keepWishes([{ kind: 'risk_assessments', id: rowId, op: 'create', base: 0, patch }], `${calculator.title} added.`);
      await drop();
      await navigate({
        to: '/patients/$patientId/record/$kind/$id',
        params: { patientId, kind: 'risk_assessments', id: rowId },
        replace: true,
      });
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      setFailed(error.message);
      setSaving(false);
    }
  };

  return (
    <>
      <header className="page-head">
        <Link to="/patients/$patientId/scores" params={{ patientId }} className="icon-button" aria-label="Back to the scores">
          <IconArrowLeft size="1.2rem" aria-hidden />
        </Link>
        <h2>{calculator.title}</h2>
      </header>
      <ScoreForm
        rules={rules}
        calculator={calculator}
        raws={raws}
        onChange={(next) => {
          setRaws(next);
          setFailed(null);
          keep({ raws: next });
        }}
        known={known}
        present={present}
        before={
          <>
            <p className="muted">{calculator.about}</p>
            {resumed && (
              <Notice
                tone="info"
                actions={
                  <button
                    type="button"
                    className="quiet"
                    onClick={() => {
                      setRaws(known.raws);
                      setResumed(false);
                      void drop();
                    }}
                  >
                    Start afresh
                  </button>
                }
              >
                You began this earlier{keptAt ? `, last changed ${timeIn(keptAt, present.zone)}` : ''}. Nothing of it is lost.
              </Notice>
            )}
          </>
        }
        beside={(scored) => {
          const value = trendOf(calculator, scored.result);
          const now =
            value === null
              ? undefined
              : {
                  id: rowId,
                  at: 'value' in moment ? moment.value : present.now,
                  value,
                  band: bandOf(calculator, scored.result)?.label ?? null,
                  version: calculator.version,
                };
          return (
            <>
              {now && (
                <>
                  <h3>Over time</h3>
                  <Trend
                    calculator={calculator}
                    points={points.filter((point) => point.id !== rowId)}
                    now={now}
                    reader={present}
                  />
                </>
              )}
              {mayKeep && (
                <div className="score-keep">
                  <TextInput
                    label="Assessed"
                    value={at}
                    onChange={(e) => setAt(e.currentTarget.value)}
                    error={'problem' in moment ? moment.problem : ahead ? 'This is in the future.' : undefined}
                    autoComplete="off"
                  />
                  <TextInput
                    label="Remarks"
                    value={remarks}
                    onChange={(e) => setRemarks(e.currentTarget.value)}
                    maxLength={2000}
                    autoComplete="off"
                  />
                </div>
              )}
              {failed && (
                <p className="field-problem" role="alert">
                  {failed}
                </p>
              )}
            </>
          );
        }}
        save={mayKeep ? { label: 'Save', saving, run: (scored) => void save(scored) } : undefined}
        unkept={mayKeep ? undefined : 'With your role it is not kept.'}
      />
    </>
  );
}
