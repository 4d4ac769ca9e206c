import { Button } from '@mantine/core';
import { PROBLEMS, ProblemError } from '@psa/domain';
import { useId, useState } from 'react';
import type { HandInAnswer } from '../store/api.ts';
import { device } from '../store/index.ts';
import { count } from '../ui/numbers.ts';
import { Notice, Section } from '../ui/Pieces.tsx';
import { usePerson } from './person.tsx';

/** A file beyond this is none of ours: an outbox has never been near it. */
const FILE_BYTES_MAX = 64 * 1024 * 1024;

interface Told {
  answers: readonly HandInAnswer[];
  of: number;
}

/** What became of one save. What was in it is told to nobody here: it is its author's. */
function fateOf({ results }: HandInAnswer): 'taken' | 'decision' | 'held' | 'refused' | 'unopened' {
  if (results.length === 0) return 'unopened';
  if (results.some(({ code }) => code === 'DEVICE_REVOKED')) return 'held';
  if (results.some(({ status }) => status === 'refused')) return 'refused';
  if (results.some(({ status }) => status === 'deferred')) return 'held';
  return results.some(({ status }) => status === 'conflict') ? 'decision' : 'taken';
}

const FATES = {
  taken: 'on the server',
  decision: 'on the server, and waiting for a decision between two versions',
  held: 'kept by the server until an administrator, or whoever mends another entry, lets it go on',
  refused: 'refused; the server keeps it in full',
  unopened: 'not opened; keep the file',
} as const;

/** Hands in unsent work that left a device in a file. */
export function HandIn() {
  const { signedIn } = usePerson();
  const [told, setTold] = useState<Told>();
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const input = useId();

  const hand = async (file: File | undefined) => {
    if (!file) return;
    setProblem(undefined);
    setTold(undefined);
    setBusy(true);
    try {
      if (file.size > FILE_BYTES_MAX)
        throw new ProblemError('BAD_REQUEST', { say: 'This file is too large to be one of unsent work.' });
      const answers: HandInAnswer[] = [];
      await device.desk().handIn(await file.text(), (part, of) => {
        answers.push(...part);
        setTold({ answers: [...answers], of });
      });
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      setProblem(
        error.code === 'UNAVAILABLE'
          ? 'The server cannot be reached now. Keep the file and hand it in again; what was taken already is not taken twice.'
          : error.message,
      );
    } finally {
      setBusy(false);
    }
  };

  return (
    <div className="page">
      <header className="page-head">
        <h1>Hand in a file</h1>
      </header>
      <p>
        Unsent work of a device that cannot send it itself. Choose the file that was saved there. Each save is judged with the
        rights of whoever made it, and counts once, however often the file is handed in.
      </p>
      {!signedIn && <Notice tone="caution">Handing in needs the server. Sign in again first.</Notice>}
      <div className="row wrap">
        <Button component="label" htmlFor={input} loading={busy} disabled={!signedIn}>
          Choose the file
        </Button>
        <input
          id={input}
          type="file"
          className="visually-hidden"
          accept=".psa,application/json"
          disabled={busy || !signedIn}
          onChange={(event) => {
            const [file] = event.currentTarget.files ?? [];
            event.currentTarget.value = '';
            void hand(file);
          }}
        />
      </div>
      <div role="alert">{problem && <Notice tone="caution">{problem}</Notice>}</div>
      <div role="status">{told && <Result told={told} busy={busy} />}</div>
    </div>
  );
}

function Result({ told: { answers, of }, busy }: { told: Told; busy: boolean }) {
  const by = (fate: keyof typeof FATES) => answers.filter((answer) => fateOf(answer) === fate).length;
  const whys = [...new Set(answers.flatMap(reasonsOf))];
  return (
    <Section title={busy ? `Handing in: ${answers.length} of ${of}` : `${count(of, 'save')} in this file`}>
      <ul className="lines">
        {(Object.keys(FATES) as (keyof typeof FATES)[])
          .filter((fate) => by(fate) > 0)
          .map((fate) => (
            <li key={fate}>
              <strong className="num">{by(fate)}</strong> {FATES[fate]}.
            </li>
          ))}
      </ul>
      {whys.length > 0 && (
        <>
          <p className="muted">Why:</p>
          <ul className="lines">
            {whys.map((say) => (
              <li key={say}>{say}</li>
            ))}
          </ul>
        </>
      )}
    </Section>
  );
}

/** Sentences of what was refused, without those that only repeat another's. */
const reasonsOf = ({ results }: HandInAnswer): string[] =>
  results
    .filter(({ status, code }) => status === 'refused' && code !== 'GROUP_REFUSED')
    .map(
      ({ code, say }) =>
        say ?? (code && Object.hasOwn(PROBLEMS, code) ? PROBLEMS[code as keyof typeof PROBLEMS].say : 'Refused.'),
    );
