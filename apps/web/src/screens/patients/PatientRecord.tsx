import { type AnyRow, may } from '@psa/domain';
import { IconPlus } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { latestOf, momentText, summaryOf } from '../../record/moment.ts';
import { useSaying } from '../../record/saying.ts';
import { useScoreNames } from '../../scores/names.ts';
import { useAllBy } from '../../store/index.ts';
import { Section } from '../../ui/Pieces.tsx';
import { usePerson } from '../person.tsx';
import { PATIENT_KINDS, recordAreas } from './record-kinds.ts';

const NO_ROWS: readonly AnyRow[] = [];

/** The patient's whole record by kind: how many entries, the latest, and a way to add one. */
export function PatientRecord({ patientId }: { patientId: string }) {
  const { actor } = usePerson();
  const rows = useAllBy(PATIENT_KINDS, 'patient_id', patientId);
  const how = useSaying();
  const scores = useScoreNames('risk_assessments', rows.risk_assessments ?? NO_ROWS);
  return (
    <Section title="Record">
      {recordAreas(actor).map(({ area, defs }) => (
        <div key={area} className="record-area">
          <h3>{area}</h3>
          <ul className="record-kinds">
            {defs.map((def) => {
              const latest = latestOf(def, def.name === 'risk_assessments' ? scores : (rows[def.name] ?? []));
              const found = rows[def.name]?.length ?? 0;
              const params = { patientId, kind: def.name };
              return (
                <li key={def.name} data-empty={found === 0 || undefined}>
                  <Link to="/patients/$patientId/record/$kind" params={params} className="record-kind">
                    <span className="record-kind-name">
                      {def.titles} {found > 0 && <span className="num muted">{found}</span>}
                    </span>
                    {latest && (
                      <span className="muted small record-kind-last">
                        {[momentText(def, latest, how), summaryOf(def, latest, how)].filter(Boolean).join(' · ')}
                      </span>
                    )}
                  </Link>
                  {may(actor, 'create', def) && def.merge !== 'server' && (
                    <Link
                      to="/patients/$patientId/record/$kind/new"
                      params={params}
                      className="icon-button"
                      aria-label={`Add ${def.title.toLowerCase()}`}
                    >
                      <IconPlus size="1.1rem" aria-hidden />
                    </Link>
                  )}
                </li>
              );
            })}
          </ul>
        </div>
      ))}
    </Section>
  );
}
