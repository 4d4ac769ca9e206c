import { Menu } from '@mantine/core';
import { type AnyRow, type Kind, LINE_OF, may, type RecordDef, recordOf } from '@psa/domain';
import { IconArrowLeft, IconDots, IconLock } from '@tabler/icons-react';
import { Link, Navigate, useNavigate, useParams } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { CALLED_AFTER, momentText, summaryOf } from '../record/moment.ts';
import { isMine, mayChange } from '../record/offer.ts';
import { RecordView } from '../record/RecordView.tsx';
import { useSaying } from '../record/saying.ts';
import { labelOf, titleOf } from '../record/values.ts';
import type { Assessment } from '../scores/kept.ts';
import { useScoreNames } from '../scores/names.ts';
import { useRow, useRowState } from '../store/index.ts';
import { showInstant } from '../ui/days.ts';
import { Empty, Tag } from '../ui/Pieces.tsx';
import { Correction, Edit, mayCorrect } from './EntryForms.tsx';
import { Lines } from './Lines.tsx';
import { editable, useListed } from './Lists.tsx';
import { NotFound } from './NotFound.tsx';
import { linesOf, patientKind } from './patients/record-kinds.ts';
import { usePerson } from './person.tsx';
import { RemoveEntry } from './RemoveEntry.tsx';
import { ReferenceNote } from './reference/Named.tsx';
import { KeptScore } from './scores/KeptScore.tsx';

/** Kinds whose entries are changed on the patient's page, by screens of their own. */
const OWN_SCREENS: readonly string[] = ['patients', 'patient_admissions', 'patient_allergies'];

/** One row: read, changed in place, corrected or removed; with its lines. What belongs to a patient is shown under the patient's header. */
export function OneOf() {
  const { kind, id } = useParams({ from: '/lists/$kind/$id' });
  const { actor } = usePerson();
  const def = useListed(kind);
  const row = useRow((def?.name ?? 'wards') as Kind, id) as AnyRow | undefined;
  const patient = useRow('patients', typeof row?.patient_id === 'string' ? row.patient_id : undefined);
  if (!def) return <NotFound />;
  if (patient && patientKind(actor, kind))
    return <Navigate to="/patients/$patientId/record/$kind/$id" params={{ patientId: patient.id, kind, id }} replace />;
  return (
    <div className="page form-page">
      <One key={id} kind={kind as Kind} id={id} def={def} />
    </div>
  );
}

/** The same under the header of the patient whose entry it is. */
export function OneOfPatient() {
  const { patientId, kind, id } = useParams({ from: '/patients/$patientId/record/$kind/$id' });
  const { actor } = usePerson();
  const def = patientKind(actor, kind);
  if (!def) return <NotFound />;
  return (
    <div className="page form-page">
      <One key={id} kind={kind as Kind} id={id} def={def} patientId={patientId} />
    </div>
  );
}

function One({ kind, id, def, patientId }: { kind: Kind; id: string; def: RecordDef; patientId?: string }) {
  const row = useRow(kind, id) as AnyRow | undefined;
  const [called] = useScoreNames(
    kind,
    useMemo(() => (row ? [row] : []), [row]),
  );
  const state = useRowState(kind, id);
  const { actor } = usePerson();
  const how = useSaying(def);
  const navigate = useNavigate();
  const [doing, setDoing] = useState<'reading' | 'editing' | 'correcting' | 'removing'>('reading');
  // While a line is written, nothing else stands on the page.
  const [adding, setAdding] = useState<{ kind: Kind; id: string } | null>(null);
  if (!row || !isMine(actor, def, row)) return <Empty title={`This ${def.title.toLowerCase()} is not on this device`} />;
  // An old or wrong link must not show one patient's entry under another's header.
  if (patientId && row.patient_id !== patientId) return <NotFound />;
  const here = editable(def) && !OWN_SCREENS.includes(kind);
  const reading = doing === 'reading' && adding === null;
  const corrects = here && mayCorrect(actor, def, row);
  const read = () => setDoing('reading');
  const left = () =>
    patientId
      ? navigate({ to: '/patients/$patientId/record/$kind', params: { patientId, kind }, replace: true })
      : navigate({ to: '/lists/$kind', params: { kind }, replace: true });
  const Title = patientId ? 'h2' : 'h1';
  const when = momentText(def, row, how);
  return (
    <>
      <header className="page-head">
        <BackFrom kind={kind} def={def} row={row} patientId={patientId} />
        <Title>{kind in CALLED_AFTER ? summaryOf(def, row, how) : titleOf(kind, called)}</Title>
        {when && <span className="muted num">{when}</span>}
        {state.conflicts.length > 0 && <Tag tone="conflict">conflict to settle</Tag>}
        {state.unsent > 0 && <Tag tone="info">waiting to be sent</Tag>}
        <span className="row page-head-end">
          {kind === 'patients' && (
            <Link className="button" to="/patients/$patientId" params={{ patientId: id }}>
              Open the patient
            </Link>
          )}
          {here && reading && mayChange(actor, def, row) && (
            <button type="button" className="button" onClick={() => setDoing('editing')}>
              Edit
            </button>
          )}
          {corrects && reading && (
            <button type="button" className="button" onClick={() => setDoing('correcting')}>
              Correct
            </button>
          )}
          {here && reading && may(actor, 'retract', def) && (
            <Menu position="bottom-end">
              <Menu.Target>
                <button type="button" className="icon-button" aria-label="More about this entry">
                  <IconDots size="1.2rem" aria-hidden />
                </button>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item onClick={() => setDoing('removing')}>Remove…</Menu.Item>
              </Menu.Dropdown>
            </Menu>
          )}
        </span>
      </header>
      {doing === 'editing' && <Edit def={def} row={row} done={read} />}
      {doing === 'correcting' && <Correction def={def} row={row} done={read} />}
      {(reading || doing === 'removing') && (
        <>
          <Closed def={def} row={row} />
          {kind === 'risk_assessments' ? (
            <KeptScore row={row as unknown as Assessment} />
          ) : (
            <RecordView def={def} row={row} all skip={patientId ? ['patient_id'] : []} brief />
          )}
          <ReferenceNote kind={kind} row={row} />
          <Written row={row} />
        </>
      )}
      <RemoveEntry
        def={def}
        row={row}
        called={`this ${def.title.toLowerCase()}`}
        open={doing === 'removing'}
        close={read}
        removed={() => void left()}
      />
      {doing === 'reading' &&
        linesOf(kind)
          .filter((line) => adding === null || adding.kind === line.kind)
          .map((line) => (
            <Lines
              key={line.kind}
              {...line}
              parent={row}
              adding={adding?.id ?? null}
              setAdding={(id) => setAdding(id === null ? null : { kind: line.kind, id })}
            />
          ))}
      {!editable(def) && (
        <p className="muted small">This is kept by the server and changed by an administrator while connected.</p>
      )}
    </>
  );
}

/** What was signed or closed, in the sentence of its rule. */
function Closed({ def, row }: { def: RecordDef; row: AnyRow }) {
  const shut = (def.locks ?? []).filter((lock) => lock.when.is.some((v) => v === row[lock.when.field]));
  const said = [...new Set(shut.map((lock) => (shut.length < 2 ? lock.say : `${labelOf(def, lock.when.field)}: ${lock.say}`)))];
  return said.map((say) => (
    <p key={say} className="closed small">
      <IconLock size="1rem" stroke={1.8} aria-hidden />
      {say}
    </p>
  ));
}

/** Who entered it, and who changed it last. */
function Written({ row }: { row: AnyRow }) {
  const how = useSaying();
  if (!row.created_at) return null;
  const at = (iso: string) => showInstant(iso, how.zone, how.now);
  const by = (id: string | null) => (id ? ` by ${how.linked('users', id)}` : '');
  return (
    <p className="written muted small">
      Entered {at(row.created_at)}
      {by(row.created_by)}.{row.row_version > 1 && ` Last changed ${at(row.updated_at)}${by(row.updated_by)}.`}
    </p>
  );
}

/** The way back: to what the line belongs to, to the patient's entries of the kind, or to the list. */
function BackFrom({ kind, def, row, patientId }: { kind: Kind; def: RecordDef; row: AnyRow; patientId: string | undefined }) {
  const line = LINE_OF[kind];
  const parent = line && row[line.field];
  const icon = <IconArrowLeft size="1.2rem" aria-hidden />;
  if (line && typeof parent === 'string')
    return (
      <Link
        to="/lists/$kind/$id"
        params={{ kind: line.parent, id: parent }}
        className="icon-button"
        aria-label={`Back to the ${(recordOf(line.parent)?.title ?? line.parent).toLowerCase()}`}
      >
        {icon}
      </Link>
    );
  if (patientId)
    return (
      <Link
        to="/patients/$patientId/record/$kind"
        params={{ patientId, kind }}
        className="icon-button"
        aria-label={`Back to ${def.titles.toLowerCase()}`}
      >
        {icon}
      </Link>
    );
  return (
    <Link to="/lists/$kind" params={{ kind }} className="icon-button" aria-label={`Back to ${def.titles.toLowerCase()}`}>
      {icon}
    </Link>
  );
}
