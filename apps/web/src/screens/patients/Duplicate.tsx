import { Button, Textarea } from '@mantine/core';
import { type AnyRow, mayAct, mergeChoices, type Patch, ProblemError, RECORDS, type RecordDef } from '@psa/domain';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { usePresent } from '../../record/present.ts';
import { useSaying } from '../../record/saying.ts';
import { labelOf, loose, sayValue, titleOf } from '../../record/values.ts';
import { device, useAllBy, useRow } from '../../store/index.ts';
import { count } from '../../ui/numbers.ts';
import { Absent, Empty, Moment, Notice, Section } from '../../ui/Pieces.tsx';
import { tell, tellProblem } from '../keep.tsx';
import { usePerson } from '../person.tsx';
import { type Match, otherOf } from './matches.ts';
import { PATIENT_KINDS } from './record-kinds.ts';

const PATIENTS = RECORDS.patients as unknown as RecordDef;
const MATCHES = RECORDS.patient_matches as unknown as RecordDef;
const KINDS: readonly string[] = ['patient_admissions', 'patient_allergies', ...PATIENT_KINDS];
const OFFLINE = 'This needs the network: the server looks at everything that is written for both. Nothing was changed.';

/** Two registrations side by side: one person, or two. */
export function Duplicate() {
  const { patientId, match: id } = useParams({ from: '/patients/$patientId/duplicate/$match' });
  const match = useRow('patient_matches', id);
  const here = useRow('patients', patientId);
  const other = useRow('patients', match ? otherOf(match, patientId) : undefined);
  if (!match || !here) return <Empty title="This is not on this device" />;
  if (match.status === 'Merged') return <Merged match={match} />;
  if (!other) return <Empty title="The other registration is not on this device" />;
  return (
    <Compare key={`${match.id} ${here.id}`} match={match} here={here as unknown as AnyRow} other={other as unknown as AnyRow} />
  );
}

/** Calls the server and says what came of it. @returns whether it was done. */
function useAsk() {
  const [busy, setBusy] = useState(false);
  const ask = async (path: string, body: Patch, said: string): Promise<boolean> => {
    setBusy(true);
    try {
      await device.call('POST', path, body);
      device.syncNow();
      tell(said);
      return true;
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      tellProblem(error.code === 'UNAVAILABLE' ? new ProblemError('UNAVAILABLE', { say: OFFLINE }) : error);
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, ask };
}

type Side = 'here' | 'other';

function Compare({ match, here, other }: { match: Match; here: AnyRow; other: AnyRow }) {
  const how = useSaying();
  const { now, zone } = usePresent();
  const { actor } = usePerson();
  const navigate = useNavigate();
  const { busy, ask } = useAsk();
  const [chosen, setChosen] = useState<Readonly<Record<string, Side>>>({});
  const [note, setNote] = useState('');
  const mine = useAllBy(KINDS, 'patient_id', here.id);
  const theirs = useAllBy(KINDS, 'patient_id', other.id);
  const entries = (all: typeof mine) => Object.values(all).reduce((sum, rows) => sum + rows.length, 0);
  const allowed = mayAct(actor, MATCHES, 'merge');
  // Fields that belong together are chosen together; what is alike needs no choice.
  const groups = useMemo(
    () =>
      mergeChoices()
        .map((fields) => fields.filter((f) => (here[f] ?? null) !== null || (other[f] ?? null) !== null))
        .filter((fields) => fields.length > 0)
        .map((fields) => ({ fields, key: fields[0] ?? '', differs: fields.some((f) => !same(here[f], other[f])) })),
    [here, other],
  );
  const sideOf = (key: string, fields: readonly string[]): Side =>
    chosen[key] ?? (fields.every((f) => (here[f] ?? null) === null) ? 'other' : 'here');
  const taken = groups.filter(({ key, fields, differs }) => differs && sideOf(key, fields) === 'other').map(({ key }) => key);
  const words = (row: AnyRow, fields: readonly string[]) =>
    fields.map((f) => sayValue(PATIENTS.fields[f], loose(row)[f], how)).filter((w) => w !== undefined);

  const merge = async () => {
    const done = await ask(
      '/api/patients/merge',
      { survivor: here.id, other: other.id, taken, note: note.trim() || null },
      'Merged into one patient.',
    );
    if (done) await navigate({ to: '/patients/$patientId', params: { patientId: here.id } });
  };
  const apart = async () => {
    const done = await ask(
      '/api/patients/matches/decide',
      { match: match.id, different: true, note: note.trim() || null },
      'Noted: two different people.',
    );
    if (done) await navigate({ to: '/patients/$patientId', params: { patientId: here.id } });
  };

  return (
    <Section title="One person or two?">
      <p className="muted">{match.reasons.join('. ')}.</p>
      {match.status === 'Different people' && (
        <Notice tone="info">
          {how.linked('users', match.decided_by ?? '')} decided <Moment at={match.decided_at} zone={zone} now={now} /> that
          these are two different people.{match.note ? ` “${match.note}”` : ''}
        </Notice>
      )}
      <div className="versions-wrap">
        <table className="versions twins">
          <thead>
            <tr>
              <td />
              <th scope="col">
                {titleOf('patients', here)}
                <span className="muted small">this one goes on · {count(entries(mine), 'entry', 'entries')} here</span>
              </th>
              <th scope="col">
                <Link to="/patients/$patientId" params={{ patientId: other.id }}>
                  {titleOf('patients', other)}
                </Link>
                <span className="muted small">{count(entries(theirs), 'entry', 'entries')} here, all will follow</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {groups.map(({ fields, key, differs }) => (
              <tr key={key}>
                <th scope="row">{fields.map((f) => labelOf(PATIENTS, f)).join(', ')}</th>
                {(['here', 'other'] as const).map((side) => {
                  const said = words(side === 'here' ? here : other, fields);
                  const on = sideOf(key, fields) === side;
                  const shown = said.length > 0 ? said.join(', ') : <Absent />;
                  return (
                    <td key={side} data-chosen={(differs && on) || undefined}>
                      {differs && allowed ? (
                        <label>
                          <input type="radio" name={key} checked={on} onChange={() => setChosen({ ...chosen, [key]: side })} />{' '}
                          {shown}
                        </label>
                      ) : (
                        shown
                      )}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {allowed ? (
        <div className="stack">
          <Textarea
            label="Note"
            description="What settled it, for whoever asks later."
            value={note}
            onChange={(e) => setNote(e.currentTarget.value)}
            maxLength={1000}
            autosize
            minRows={2}
          />
          <div className="row">
            <Button disabled={busy} onClick={() => void merge()}>
              Merge into {titleOf('patients', here)}
            </Button>
            <Button variant="default" disabled={busy} onClick={() => void apart()}>
              Different people
            </Button>
          </div>
          <p className="muted small">A merge can be taken apart again. Both need the network.</p>
        </div>
      ) : (
        <p className="muted">A consultant or senior registrar decides whether these are merged.</p>
      )}
    </Section>
  );
}

const same = (a: AnyRow[string] | undefined, b: AnyRow[string] | undefined) =>
  JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

/** What was merged, and the way back. */
function Merged({ match }: { match: Match }) {
  const how = useSaying();
  const { now, zone } = usePresent();
  const { actor } = usePerson();
  const navigate = useNavigate();
  const { busy, ask } = useAsk();
  const moved = Object.values((match.moved ?? {}) as Record<string, string[]>).reduce((sum, ids) => sum + ids.length, 0);
  const apart = async () => {
    if (await ask('/api/patients/unmerge', { match: match.id }, 'Taken apart: two patients again.'))
      await navigate({ to: '/patients/$patientId', params: { patientId: match.survivor_id ?? match.one_id } });
  };
  return (
    <Section title="Merged from two registrations">
      <p>
        {how.linked('users', match.decided_by ?? '')} merged another registration into this one{' '}
        <Moment at={match.decided_at} zone={zone} now={now} />. {count(moved, 'entry', 'entries')} came with it.
        {match.note ? ` “${match.note}”` : ''}
      </p>
      {mayAct(actor, MATCHES, 'merge') && (
        <>
          <p className="muted">
            Taken apart, the other registration returns with its entries and its details. What was written since the merge stays
            here. This needs the network.
          </p>
          <Button variant="default" disabled={busy} onClick={() => void apart()}>
            Take the merge apart
          </Button>
        </>
      )}
    </Section>
  );
}
