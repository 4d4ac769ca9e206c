import { Button } from '@mantine/core';
import { may, ProblemError, RECORDS, type RecordDef } from '@psa/domain';
import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { device, useRows, useSync } from '../store/index.ts';
import { showNumber } from '../ui/numbers.ts';
import { Notice, Section } from '../ui/Pieces.tsx';
import { usePerson } from './person.tsx';
import { readTrial } from './trial.ts';

/** An empty hospital: register the first patient, or fill it with a demonstration ward while the trial accounts stand. */
export function FirstSteps() {
  const { actor } = usePerson();
  const [offered, setOffered] = useState(false);
  const [state, setState] = useState<'idle' | 'loading' | 'loaded'>('idle');
  const [problem, setProblem] = useState<string>();
  const sync = useSync();
  const patients = useRows('patients');

  useEffect(() => {
    let live = true;
    void readTrial().then((trial) => live && setOffered(trial.demo_available));
    return () => {
      live = false;
    };
  }, []);

  const load = async () => {
    setState('loading');
    setProblem(undefined);
    try {
      await device.call('POST', '/api/trial/demo', {});
      setState('loaded');
      device.syncNow();
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      setProblem(error.message);
      setState('idle');
    }
  };

  return (
    <Section title="No patients yet">
      <div className="first">
        <p className="muted">
          Patients registered on any device of this hospital appear here, on the ward board and in the search.
        </p>
        <div className="row wrap">
          {may(actor, 'create', RECORDS.patients as unknown as RecordDef) && (
            <Link className="button button-main" to="/patients/new">
              Register a patient
            </Link>
          )}
          {offered && state === 'idle' && (
            <Button variant="default" onClick={() => void load()}>
              Load the demonstration ward
            </Button>
          )}
        </div>
        {state !== 'idle' && (
          <div role="status" className="fetching">
            <p>
              {state === 'loading'
                ? 'The server is making up a ward: invented people with admissions and allergies. This takes a minute.'
                : `Made. Receiving it now: ${showNumber(sync.fetching?.done ?? patients.length)}${sync.fetching ? ` of ${showNumber(sync.fetching.of)}` : ''}.`}
            </p>
            <progress
              aria-label="Demonstration ward"
              {...(sync.fetching ? { value: sync.fetching.done, max: sync.fetching.of } : {})}
            />
          </div>
        )}
        {problem && <Notice tone="caution">{problem}</Notice>}
      </div>
    </Section>
  );
}
