import { Button } from '@mantine/core';
import { ProblemError } from '@psa/domain';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { FieldList } from '../../record/FieldList.tsx';
import { usePresent } from '../../record/present.ts';
import { FIRST_PROBLEM } from '../../record/RecordForm.tsx';
import { device, useDraft } from '../../store/index.ts';
import { timeIn } from '../../ui/days.ts';
import { count } from '../../ui/numbers.ts';
import { Notice } from '../../ui/Pieces.tsx';
import { keepWishes } from '../keep.tsx';
import { BackToPatient, useOpenStay } from './back.tsx';
import { HEAD, HEAD_FIELDS, isBlank, isWrong, LINE, LINE_FIELDS, readPrescription, type Written } from './prescription.ts';

const begun = (): Written => ({ id: device.newId(), head: {}, lines: [{ id: device.newId(), raws: {} }] });

/** A prescription with its medicines: written together, kept together, refused or taken together. */
export function PrescriptionForm({ patientId }: { patientId: string }) {
  const { draft, kept_at, keep, drop } = useDraft<Written>(`prescriptions:new:${patientId}`);
  if (draft === undefined) return <div className="form-wait" aria-busy />;
  return <Filled key={patientId} patientId={patientId} found={draft} keptAt={kept_at} keep={keep} drop={drop} />;
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
  const read = readPrescription(written, fixed, present);

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
