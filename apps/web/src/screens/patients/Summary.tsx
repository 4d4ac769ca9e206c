import { Button } from '@mantine/core';
import {
  type AnyRow,
  admissionSummary,
  DRAFTED_BY_RULES,
  may,
  mayEditField,
  RECORDS,
  type RecordDef,
  recordOf,
  type Sentence,
  SUMMARY_KINDS,
  summaryText,
} from '@psa/domain';
import { Link, useParams } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { usePresent } from '../../record/present.ts';
import { useSaying } from '../../record/saying.ts';
import { device, useAllBy, useRow, useRows, useRowsBy, useSync } from '../../store/index.ts';
import { newestFirst } from '../../ui/days.ts';
import { Moment, Notice, Section } from '../../ui/Pieces.tsx';
import { tell, tellProblem } from '../keep.tsx';
import { NotFound } from '../NotFound.tsx';
import { usePerson } from '../person.tsx';
import type { Stay } from './facts.ts';

const STAYS = RECORDS.patient_admissions as unknown as RecordDef;

/** What is recorded of a stay, in sentences drafted by rules: here and now, also without a network. */
export function DraftSummary() {
  const { patientId } = useParams({ from: '/patients/$patientId/summary' });
  const { actor } = usePerson();
  const stays = useRowsBy('patient_admissions', 'patient_id', patientId);
  const stay = stays.find((s) => s.status === 'Active') ?? newestFirst(stays, (s) => s.admission_date)[0];
  if (!may(actor, 'read', STAYS)) return <NotFound />;
  if (!stay) return <Notice tone="info">There is no stay to summarise: this patient was never admitted.</Notice>;
  return <Draft patientId={patientId} stay={stay} />;
}

/** Drugs are lines of a prescription and belong to the patient through it. */
const DIRECT = SUMMARY_KINDS.filter((kind) => kind !== 'prescription_items');

function useSentences(patientId: string, stay: Stay): readonly Sentence[] {
  const patient = useRow('patients', patientId);
  const { actor } = usePerson();
  const { zone } = usePresent();
  const how = useSaying();
  const found = useAllBy(DIRECT, 'patient_id', patientId);
  const prescription_items = useRows('prescription_items');
  return useMemo(() => {
    if (!patient) return [];
    const all = Object.entries({ ...found, prescription_items });
    // Nothing is said about what this person is not sent.
    const readable = all.filter(([kind]) => may(actor, 'read', recordOf(kind) ?? STAYS));
    return admissionSummary({
      patient: patient as unknown as AnyRow,
      stay: stay as unknown as AnyRow,
      rows: Object.fromEntries(readable) as unknown as Record<string, readonly AnyRow[]>,
      nameOf: (kind, id) => how.linked(kind, id),
      time_zone: zone,
    });
  }, [patient, stay, zone, how, found, prescription_items, actor]);
}

function Draft({ patientId, stay }: { patientId: string; stay: Stay }) {
  const sentences = useSentences(patientId, stay);
  const { actor } = usePerson();
  const { zone, now } = usePresent();
  const [busy, setBusy] = useState(false);
  const { waiting } = useSync();
  const sections = [...new Set(sentences.map((s) => s.section))];
  const keep = async () => {
    setBusy(true);
    try {
      await device.call('POST', `/api/patients/${patientId}/admission-summary`, { admission_id: stay.id });
      device.syncNow();
      tell('Kept as the summary of this stay.');
    } catch (error) {
      tellProblem(error);
    } finally {
      setBusy(false);
    }
  };
  const copy = async () => {
    await navigator.clipboard.writeText(summaryText(sentences)).then(
      () => tell('Copied.'),
      () => tell('This browser does not allow copying; select the text instead.'),
    );
  };
  return (
    <Section
      title="Draft summary"
      note={stay.admission_number}
      actions={
        <>
          <Link className="button" to="/patients/$patientId" params={{ patientId }}>
            Back
          </Link>
          <Button variant="default" onClick={() => void copy()}>
            Copy
          </Button>
          {mayEditField(actor, STAYS, 'presenting_complaint') && (
            <Button onClick={() => void keep()} loading={busy} disabled={waiting > 0}>
              Keep with the stay
            </Button>
          )}
        </>
      }
    >
      <Notice tone="info">{DRAFTED_BY_RULES}</Notice>
      {waiting > 0 && (
        <p className="muted small">
          It can be kept with the stay once what you saved here is sent: the server writes it from what it has.
        </p>
      )}
      {stay.ai_generated_at && (
        <p className="muted small">
          A summary was kept with this stay <Moment at={stay.ai_generated_at} zone={zone} now={now} />.
        </p>
      )}
      {sections.map((section) => (
        <section key={section} className="draft-section" aria-label={section}>
          <h3>{section}</h3>
          <ul className="draft">
            {sentences
              .filter((s) => s.section === section)
              .map((s) => (
                <li key={s.text}>
                  <details>
                    <summary className={s.missing ? 'absent' : undefined}>{s.text}</summary>
                    <Sources sentence={s} />
                  </details>
                </li>
              ))}
          </ul>
        </section>
      ))}
    </Section>
  );
}

/** Where a sentence comes from: entry and fields, a link to the entry where it has a page. */
function Sources({ sentence }: { sentence: Sentence }) {
  const entries = new Map<string, { kind: string; id: string | null; fields: string[] }>();
  for (const { kind, id, field } of sentence.sources) {
    const entry = entries.get(`${kind}/${id}`) ?? { kind, id, fields: [] };
    entries.set(`${kind}/${id}`, entry);
    const label = field === null ? undefined : recordOf(kind)?.fields[field]?.label;
    if (label !== undefined) entry.fields.push(label);
  }
  return (
    <ul className="draft-sources small">
      {[...entries.values()].map(({ kind, id, fields }) => {
        const def = recordOf(kind);
        const title = id === null ? `All ${def?.titles.toLowerCase()} of this patient` : (def?.title ?? kind);
        return (
          <li key={`${kind}/${id}`}>
            {id === null ? (
              title
            ) : (
              <Link to="/lists/$kind/$id" params={{ kind, id }}>
                {title}
              </Link>
            )}
            {fields.length > 0 && <span className="muted">: {fields.join(', ')}</span>}
          </li>
        );
      })}
    </ul>
  );
}
