import { TextInput } from '@mantine/core';
import type { Calculator } from '@psa/domain/clinical';
import { IconChevronRight } from '@tabler/icons-react';
import { Link, useParams } from '@tanstack/react-router';
import { Suspense, useState } from 'react';
import { findScores } from '../../scores/find.ts';
import { useRules } from '../../scores/rules.ts';
import { Empty, Section } from '../../ui/Pieces.tsx';
import { BackToPatient } from '../patients/back.tsx';

/** Every score and calculator, for nobody in particular. */
export function Scores() {
  return (
    <div className="page">
      <header className="page-head">
        <h1>Scores</h1>
      </header>
      <p className="muted small">Without a patient nothing is kept. To keep a result, open the patient first.</p>
      <Suspense fallback={<div className="form-wait" aria-busy />}>
        <Found />
      </Suspense>
    </div>
  );
}

/** The same for one patient, to whose record results are saved. */
export function ScoresOfPatient() {
  const { patientId } = useParams({ from: '/patients/$patientId/scores' });
  return (
    <div className="page">
      <header className="page-head">
        <BackToPatient patientId={patientId} />
        <h2>Scores</h2>
      </header>
      <Suspense fallback={<div className="form-wait" aria-busy />}>
        <Found patientId={patientId} />
      </Suspense>
    </div>
  );
}

function Found({ patientId }: { patientId?: string }) {
  const { CALCULATORS, SYSTEMS } = useRules();
  const [query, setQuery] = useState('');
  const found = findScores(Object.values(CALCULATORS), query);
  const list = (calculators: readonly Calculator[]) => (
    <ul className="lines">
      {calculators.map((one) => (
        <li key={one.id}>
          <ScoreLink id={one.id} patientId={patientId}>
            <span>
              <strong>{one.title}</strong>
              <br />
              <span className="muted small">{one.about}</span>
            </span>
            <IconChevronRight size="1.1rem" aria-hidden />
          </ScoreLink>
        </li>
      ))}
    </ul>
  );
  return (
    <>
      <TextInput
        type="search"
        aria-label="Find a score"
        placeholder="Name, problem, abbreviation or body system"
        value={query}
        onChange={(e) => setQuery(e.currentTarget.value)}
        autoComplete="off"
        className="lists-find"
      />
      {query.trim() !== ''
        ? list(found)
        : SYSTEMS.map((system) => {
            const inSystem = found.filter((one) => one.system === system);
            return (
              inSystem.length > 0 && (
                <Section key={system} title={system}>
                  {list(inSystem)}
                </Section>
              )
            );
          })}
      {found.length === 0 && <Empty title="No score by that name" />}
    </>
  );
}

function ScoreLink({ id, patientId, children }: { id: string; patientId: string | undefined; children: React.ReactNode }) {
  return patientId ? (
    <Link to="/patients/$patientId/scores/$id" params={{ patientId, id }} className="line">
      {children}
    </Link>
  ) : (
    <Link to="/scores/$id" params={{ id }} className="line">
      {children}
    </Link>
  );
}
