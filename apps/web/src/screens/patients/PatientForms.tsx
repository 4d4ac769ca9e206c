import { paperNumber, RECORDS, type RecordDef, registeredAlready } from '@psa/domain';
import { IconUsers } from '@tabler/icons-react';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useDeferredValue, useMemo, useState } from 'react';
import type { Raws } from '../../record/form.ts';
import { readRaw } from '../../record/form.ts';
import { usePresent } from '../../record/present.ts';
import { RecordForm } from '../../record/RecordForm.tsx';
import { WIDGETS, type Widget } from '../../record/widgets.tsx';
import { device, useRow, useRows } from '../../store/index.ts';
import { ageText } from '../../ui/age.ts';
import { nowIso } from '../../ui/clock.ts';
import { fullName } from '../../ui/names.ts';
import { Section } from '../../ui/Pieces.tsx';
import { keepWishes } from '../keep.tsx';
import { Name } from './PatientRow.tsx';

const PATIENTS = RECORDS.patients as unknown as RecordDef;
const word = (raw: Raws[string]) => (typeof raw === 'string' ? raw : null);

/** While somebody is being registered: who they may already be. */
function Duplicates({ raws, self }: { raws: Raws; self?: string }) {
  const patients = useRows('patients');
  const present = usePresent();
  const typed = {
    hospital_number: word(raws.hospital_number ?? null),
    last_name: word(raws.last_name ?? null),
    first_name: word(raws.first_name ?? null),
    other_names: word(raws.other_names ?? null),
    gender: word(raws.gender ?? null),
    phone: word(raws.phone ?? null),
    date: word(raws.date_of_birth ?? null),
  };
  // Whoever types is not held up: with many thousands of patients a comparison may take longer than a stroke.
  const key = useDeferredValue(JSON.stringify(typed));
  const found = useMemo(() => {
    const { date, ...rest } = JSON.parse(key) as typeof typed;
    const born = readRaw(RECORDS.patients.fields.date_of_birth, date, present);
    const day = 'value' in born && typeof born.value === 'string' ? born.value : null;
    const others = patients.filter((p) => p.id !== self);
    return registeredAlready({ ...rest, date_of_birth: day }, others);
  }, [key, patients, self, present]);
  return (
    <aside className="duplicates" aria-live="polite" aria-label="Already registered?">
      <h2>Already registered?</h2>
      {found.length === 0 ? (
        <p className="muted small">Nobody with such a name, number or phone so far.</p>
      ) : (
        <ul>
          {found.map(({ patient: p, reasons }) => (
            <li key={p.id}>
              <Link to="/patients/$patientId" params={{ patientId: p.id }}>
                <IconUsers size="1rem" stroke={2} aria-hidden /> <Name patient={p} />
              </Link>
              <span className="muted small num">
                {p.hospital_number} · {ageText(p, present.today)} · {p.gender}
                {p.phone ? ` · ${p.phone}` : ''}
              </span>
              <span className="small">{reasons.join(' · ')}</span>
            </li>
          ))}
        </ul>
      )}
    </aside>
  );
}

/** Registers a patient; without a hospital number a temporary one is made on the device. */
export function RegisterPatient() {
  const navigate = useNavigate();
  const [id] = useState(() => device.newId());
  const number: Widget = useMemo(
    () => (p) => (
      <div className="with-button">
        {WIDGETS.text(p)}
        {!p.raw && (
          <button
            type="button"
            className="quiet"
            onClick={() => p.onChange(paperNumber('TMP', Number(nowIso().slice(0, 4)), id))}
          >
            Make a temporary number
          </button>
        )}
      </div>
    ),
    [id],
  );
  return (
    <div className="page form-page">
      <header className="page-head">
        <h1>Register a patient</h1>
        <p className="muted small">Only what is marked with a dot is needed.</p>
      </header>

      <RecordForm
        def={PATIENTS}
        draftKey="patients:new"
        widgets={{ hospital_number: number }}
        aside={(raws) => <Duplicates raws={raws} />}
        saveLabel="Register"
        onCancel={() => void navigate({ to: '/patients' })}
        save={async (patch) => {
          const name = fullName({ last_name: String(patch.last_name), first_name: String(patch.first_name) });
          await keepWishes([{ kind: 'patients', id, op: 'create', base: 0, patch }], `${name} registered.`);
          await navigate({ to: '/patients/$patientId', params: { patientId: id }, replace: true });
        }}
      />
    </div>
  );
}

/** Changes what is recorded about who a patient is. */
export function EditPatient() {
  const { patientId } = useParams({ from: '/patients/$patientId/edit' });
  const patient = useRow('patients', patientId);
  const navigate = useNavigate();
  const back = () => navigate({ to: '/patients/$patientId', params: { patientId } });
  if (!patient) return null;
  return (
    <Section title="Edit details">
      <RecordForm
        def={PATIENTS}
        row={patient}
        draftKey={`patients:${patientId}`}
        aside={(raws) => <Duplicates raws={raws} self={patientId} />}
        saveLabel="Save changes"
        onCancel={() => void back()}
        save={async (patch, base) => {
          if (Object.keys(patch).length > 0)
            await keepWishes([{ kind: 'patients', id: patientId, op: 'edit', base, patch }], 'Details changed.');
          await back();
        }}
      />
    </Section>
  );
}
