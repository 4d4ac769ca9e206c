import { type Kind, may, type Patch, type RecordDef } from '@psa/domain';
import { Link, Navigate, useNavigate, useParams } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { newestOf } from '../../record/moment.ts';
import { offer } from '../../record/offer.ts';
import { RecordTable } from '../../record/RecordTable.tsx';
import { titleOf } from '../../record/values.ts';
import { useScoreNames } from '../../scores/names.ts';
import { device, useRowsBy } from '../../store/index.ts';
import { CheckedForm } from '../checks/CheckedForm.tsx';
import { EntryLink } from '../EntryLink.tsx';
import { keepWishes } from '../keep.tsx';
import { NotFound } from '../NotFound.tsx';
import { usePerson } from '../person.tsx';
import { BackToPatient, useOpenStay } from './back.tsx';
import { PrescriptionForm } from './PrescriptionForm.tsx';
import { linesOf, patientKind } from './record-kinds.ts';

/** Entries of one kind of one patient, newest first. */
export function KindOfPatient() {
  const { patientId, kind } = useParams({ from: '/patients/$patientId/record/$kind' });
  const { actor } = usePerson();
  const def = patientKind(actor, kind);
  return def ? <Entries def={def} patientId={patientId} /> : <NotFound />;
}

function Entries({ def, patientId }: { def: RecordDef; patientId: string }) {
  const { actor } = usePerson();
  const kind = def.name as Kind;
  const all = useRowsBy(kind, 'patient_id', patientId);
  const sorted = useMemo(() => newestOf(def, all), [def, all]);
  const rows = useScoreNames(def.name, sorted);
  return (
    <div className="page">
      <header className="page-head">
        <BackToPatient patientId={patientId} />
        <h2>{def.titles}</h2>
        {may(actor, 'create', def) && def.merge !== 'server' && (
          <Link className="button button-main" to="/patients/$patientId/record/$kind/new" params={{ patientId, kind }}>
            Add {def.title.toLowerCase()}
          </Link>
        )}
      </header>
      <RecordTable
        def={def}
        rows={rows}
        ordered
        part
        link={(row, children, props) => (
          <EntryLink kind={kind} row={row} {...props}>
            {children}
          </EntryLink>
        )}
      />
    </div>
  );
}

/** A new entry of one kind for one patient, in the open stay when there is one. */
export function NewOfPatient() {
  const { patientId, kind } = useParams({ from: '/patients/$patientId/record/$kind/new' });
  const { actor } = usePerson();
  const def = patientKind(actor, kind);
  if (!def || !may(actor, 'create', def) || def.merge === 'server') return <NotFound />;
  // A score is filled in on its own form, which computes it.
  if (kind === 'risk_assessments') return <Navigate to="/patients/$patientId/scores" params={{ patientId }} replace />;
  if (kind === 'prescriptions') return <PrescriptionForm patientId={patientId} />;
  return <NewEntry def={def} patientId={patientId} />;
}

function NewEntry({ def, patientId }: { def: RecordDef; patientId: string }) {
  const navigate = useNavigate();
  const { actor } = usePerson();
  const stay = useOpenStay(patientId);
  const [id] = useState(() => device.newId());
  const kind = def.name;
  const fixed: Patch = { patient_id: patientId, ...(stay && 'admission_id' in def.fields ? { admission_id: stay } : {}) };
  const offered = offer(actor, def);
  return (
    <div className="page form-page">
      <header className="page-head">
        <BackToPatient patientId={patientId} />
        <h2>Add {def.title.toLowerCase()}</h2>
      </header>
      <CheckedForm
        def={offered.def}
        fields={offered.fields}
        held={offered.held}
        fixed={fixed}
        patientId={patientId}
        draftKey={`${kind}:new:${patientId}`}
        saveLabel={`Add ${def.title.toLowerCase()}`}
        onCancel={() => void navigate({ to: '/patients/$patientId', params: { patientId } })}
        save={async (patch) => {
          await keepWishes([{ kind, id, op: 'create', base: 0, patch }], `${titleOf(kind, patch)} added.`);
          // What has lines goes on with them.
          await (linesOf(kind).length > 0
            ? navigate({ to: '/patients/$patientId/record/$kind/$id', params: { patientId, kind, id }, replace: true })
            : navigate({ to: '/patients/$patientId/record/$kind', params: { patientId, kind }, replace: true }));
        }}
      />
    </div>
  );
}
