import { TextInput } from '@mantine/core';
import { useMemo } from 'react';
import { WIDGETS, type Widget } from '../../record/widgets.tsx';
import { useRow, useRows } from '../../store/index.ts';
import { fullName } from '../../ui/names.ts';
import { boardOf } from '../beds.ts';

/** Choosing another ward lets go of the bed: beds belong to wards. */
export const WardBox: Widget = (p) => WIDGETS.link({ ...p, onChange: (raw) => p.onChange(raw, { bed_number: null }) });

function Occupant({ patientId }: { patientId: string }) {
  const patient = useRow('patients', patientId);
  return <>{patient ? fullName(patient) : 'occupied'}</>;
}

/** The beds of the chosen ward; who lies in the others is shown, and those cannot be chosen. */
export const BedBox: Widget = (p) => <Beds {...p} />;

function Beds(p: Parameters<Widget>[0]) {
  const wardId = typeof p.raws.ward_id === 'string' ? p.raws.ward_id : null;
  const wards = useRows('wards');
  const stays = useRows('patient_admissions');
  const state = useMemo(() => boardOf(wards, stays).wards.find((w) => w.ward.id === wardId), [wards, stays, wardId]);
  const value = typeof p.raw === 'string' ? p.raw : null;
  const self = p.self;
  if (!wardId) return <p className="muted small bed-hint">Choose the ward to see its beds.</p>;
  if (!state || state.beds.length === 0) {
    return (
      <TextInput
        label="Bed"
        value={value ?? ''}
        onChange={(e) => p.onChange(e.currentTarget.value)}
        error={p.problem}
        description="This ward has no list of beds."
      />
    );
  }
  return (
    <fieldset className="choices beds field-wide" aria-invalid={p.problem ? true : undefined}>
      <legend>
        Bed <span className="muted">{state.free} free</span>
      </legend>
      <div className="bed-grid">
        {state.beds.map((bed) => {
          const others = bed.stays.filter((s) => s.id !== self);
          const taken = others.length > 0;
          return (
            <label key={bed.bed} className="bed" data-on={value === bed.bed || undefined} data-taken={taken || undefined}>
              <input
                type="radio"
                name={p.name}
                value={bed.bed}
                checked={value === bed.bed}
                disabled={taken}
                onChange={() => p.onChange(bed.bed)}
              />
              <span className="bed-code">{bed.bed}</span>
              <span className="bed-who small">
                {others[0] ? <Occupant patientId={others[0].patient_id} /> : bed.stays.length > 0 ? 'here now' : 'free'}
              </span>
            </label>
          );
        })}
      </div>
      {value !== null && (
        <button type="button" className="quiet" onClick={() => p.onChange(null)}>
          No bed yet
        </button>
      )}
      {p.problem && <p className="field-problem">{p.problem}</p>}
    </fieldset>
  );
}
