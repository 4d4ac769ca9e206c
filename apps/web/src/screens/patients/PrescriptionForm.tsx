import { Button } from '@mantine/core';
import { ProblemError } from '@psa/domain';
import { useNavigate } from '@tanstack/react-router';
import { Suspense, useEffect, useMemo, useRef, useState } from 'react';
import { FieldList } from '../../record/FieldList.tsx';
import { usePresent } from '../../record/present.ts';
import { FIRST_PROBLEM } from '../../record/RecordForm.tsx';
import { device, useDraft } from '../../store/index.ts';
import { timeIn } from '../../ui/days.ts';
import { count } from '../../ui/numbers.ts';
import { Notice } from '../../ui/Pieces.tsx';
import { Findings, NotChecked } from '../checks/Findings.tsx';
import { draftLine, findingsOf, isExplained } from '../checks/prescribing.ts';
import { useChecks } from '../checks/rules.ts';
import { usePrescribingFacts } from '../checks/use-prescribing.ts';
import { keepWishes } from '../keep.tsx';
import { BackToPatient, useOpenStay } from './back.tsx';
import {
  HEAD,
  HEAD_FIELDS,
  isBlank,
  isWrong,
  LINE,
  LINE_FIELDS,
  REASON_FIELDS,
  readPrescription,
  type Written,
} from './prescription.ts';

const begun = (): Written => ({ id: device.newId(), head: {}, lines: [{ id: device.newId(), raws: {} }] });

/** A prescription with its medicines: written together, kept together, refused or taken together. */
export function PrescriptionForm({ patientId }: { patientId: string }) {
  const { draft, kept_at, keep, drop } = useDraft<Written>(`prescriptions:new:${patientId}`);
  if (draft === undefined) return <div className="form-wait" aria-busy />;
  return (
    <Suspense fallback={<div className="form-wait" aria-busy />}>
      <Filled key={patientId} patientId={patientId} found={draft} keptAt={kept_at} keep={keep} drop={drop} />
    </Suspense>
  );
}

function Filled({
  patientId,
  found,
  keptAt,
  keep,
  drop,
}: {
  patientId: string;
  found: Written | null;
  keptAt: string | null;
  keep(value: Written): void;
  drop(): Promise<void>;
}) {
  const navigate = useNavigate();
  const present = usePresent();
  const stay = useOpenStay(patientId);
  const [written, setWritten] = useState<Written>(() => found ?? begun());
  const [tried, setTried] = useState(false);
  const [saving, setSaving] = useState(false);
  const [failed, setFailed] = useState<string | null>(null);
  const [resumed, setResumed] = useState(found !== null);
  const fixed = { patient_id: patientId, ...(stay ? { admission_id: stay } : {}) };
  const rules = useChecks();
  const facts = usePrescribingFacts(patientId);
  const findings = useMemo(
    () =>
      rules && facts
        ? rules.checks.checkPrescription(
            written.lines.map((line) => draftLine(line.raws)),
            facts,
            rules.prescribing,
          )
        : [],
    [rules, facts, written.lines],
  );
  const checked = written.lines.map((line, i) => {
    const mine = findingsOf(findings, i);
    return {
      unexplained: !isExplained(mine, line.raws.override_reason),
      warnings: rules?.checks.overruledWords(mine) || null,
      used: rules?.checks.entriesUsed(draftLine(line.raws), mine, rules.prescribing) ?? null,
    };
  });
  const read = readPrescription(written, fixed, present, checked);

  const change = (next: Written) => {
    setWritten(next);
    setFailed(null);
    keep(next);
  };
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && (event.key === 's' || event.key === 'Enter')) {
        event.preventDefault();
        form.current?.requestSubmit();
      }
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);

  const back = () => navigate({ to: '/patients/$patientId', params: { patientId } });

  const submit = async () => {
    if (saving) return;
    setTried(true);
    if (isWrong(read)) {
      requestAnimationFrame(() => form.current?.querySelector<HTMLElement>(FIRST_PROBLEM)?.focus());
      return;
    }
    setSaving(true);
    try {
      const medicines = count(read.wishes.length - 1, 'medicine');
      await keepWishes(read.wishes, `Prescription of ${medicines} added.`);
      await drop();
      await navigate({
        to: '/patients/$patientId/record/$kind',
        params: { patientId, kind: 'prescriptions' },
        replace: true,
      });
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      setFailed([error.message, ...Object.values(error.fields)].filter((say, i, all) => all.indexOf(say) === i).join(' '));
    } finally {
      setSaving(false);
    }
  };

  const blank = isBlank(written);
  const wrong = tried ? [read.head, ...read.lines].reduce((n, problems) => n + Object.keys(problems).length, 0) : 0;
  const state =
    failed ??
    (wrong > 0
      ? `${count(wrong, 'field')} to correct`
      : blank
        ? 'Nothing filled in yet'
        : keptAt
          ? `Draft kept on this device ${timeIn(keptAt, present.zone)}`
          : 'Keeping a draft');

  return (
    <div className="page form-page">
      <header className="page-head">
        <BackToPatient patientId={patientId} />
        <h2>Prescribe</h2>
      </header>
      <form
        ref={form}
        className="record-form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        {resumed && !blank && (
          <Notice
            tone="info"
            actions={
              <Button
                variant="subtle"
                onClick={() => {
                  setWritten(begun());
                  setResumed(false);
                  setTried(false);
                  void drop();
                }}
              >
                Start afresh
              </Button>
            }
          >
            You began this earlier. Nothing of it is lost.
          </Notice>
        )}
        <div className="form-main">
          {rules && facts ? (
            <Findings findings={findingsOf(findings, null)} label="What the checks say of the whole prescription" />
          ) : (
            <NotChecked />
          )}
          {written.lines.map((line, i) => (
            <section key={line.id} className="form-section" aria-label={`Medicine ${i + 1}`}>
              <div className="row section-line">
                <h3>Medicine {i + 1}</h3>
                {written.lines.length > 1 && (
                  <button
                    type="button"
                    className="quiet"
                    onClick={() => change({ ...written, lines: written.lines.filter((l) => l !== line) })}
                  >
                    Leave out
                  </button>
                )}
              </div>
              <FieldList
                def={LINE}
                fields={LINE_FIELDS}
                raws={line.raws}
                problems={tried ? (read.lines[i] ?? {}) : {}}
                present={present}
                patientId={patientId}
                focusFirst={i === written.lines.length - 1}
                onChange={(raws) => change({ ...written, lines: written.lines.map((l) => (l === line ? { ...l, raws } : l)) })}
              />
              <Findings findings={findingsOf(findings, i)} label={`What the checks say of medicine ${i + 1}`} />
              {(checked[i]?.warnings || line.raws.override_reason) && (
                <FieldList
                  def={LINE}
                  fields={REASON_FIELDS}
                  raws={line.raws}
                  problems={tried ? (read.lines[i] ?? {}) : {}}
                  present={present}
                  patientId={patientId}
                  onChange={(raws) =>
                    change({ ...written, lines: written.lines.map((l) => (l === line ? { ...l, raws } : l)) })
                  }
                />
              )}
            </section>
          ))}
          <p>
            <Button
              variant="default"
              onClick={() => change({ ...written, lines: [...written.lines, { id: device.newId(), raws: {} }] })}
            >
              Add another medicine
            </Button>
          </p>
          <section className="form-section" aria-label="Prescription">
            <h3>For the whole prescription</h3>
            <FieldList
              def={HEAD}
              fields={HEAD_FIELDS}
              raws={written.head}
              problems={tried ? read.head : {}}
              present={present}
              patientId={patientId}
              onChange={(head) => change({ ...written, head })}
            />
          </section>
        </div>
        <div className="save-bar">
          <span role="status" className={failed || wrong > 0 ? 'save-state save-wrong' : 'save-state'}>
            {state}
          </span>
          <Button variant="default" onClick={() => void back()}>
            {blank ? 'Close' : 'Close, keep draft'}
          </Button>
          <Button type="submit" loading={saving}>
            Prescribe
          </Button>
        </div>
      </form>
    </div>
  );
}
