import { mayAct, RECORDS, type RecordDef, recordOf } from '@psa/domain';
import type { AttentionEntry } from '@psa/sync';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { usePresent } from '../record/present.ts';
import { useSaying } from '../record/saying.ts';
import { labelOf, sayValue } from '../record/values.ts';
import { useAttention, useRow } from '../store/index.ts';
import { fullName } from '../ui/names.ts';
import { count } from '../ui/numbers.ts';
import { Absent, Empty, Moment, Section } from '../ui/Pieces.tsx';
import { About } from './About.tsx';
import { ConflictCard } from './ConflictCard.tsx';
import { refusedMutations } from './conflict-view.ts';
import { type Match, useUndecided } from './patients/matches.ts';
import { usePerson } from './person.tsx';
import { Withdraw } from './Withdraw.tsx';

/** Everything a person must settle: what two people changed apart, and what the server refused. */
export function AttentionPage() {
  const { conflicts, refused } = useAttention();
  const sorted = useMemo(
    () =>
      [...conflicts].sort(
        (a, b) => Number(b.severity === 'high') - Number(a.severity === 'high') || (a.written_at < b.written_at ? -1 : 1),
      ),
    [conflicts],
  );
  const total = conflicts.length + refused.length;
  return (
    <div className="page attention">
      <header className="page-head">
        <h1>Needs attention</h1>
        <p className="muted" role="status">
          {total === 0 ? 'Nothing' : `${count(total, 'decision')} to make. Nothing of it is lost meanwhile.`}
        </p>
      </header>
      {total === 0 && (
        <Empty title="Nothing needs a decision">
          When two people change the same thing apart, or the server refuses something, it waits here until somebody settles it.
        </Empty>
      )}
      {sorted.map((conflict) => (
        <ConflictCard key={conflict.id} conflict={conflict} />
      ))}
      {refused.map((entry) => (
        <Refused key={entry.group.group} entry={entry} />
      ))}
      <Twice />
    </div>
  );
}

/** Who may be registered twice: waits for nobody, and is not counted. */
function Twice() {
  const { actor } = usePerson();
  const undecided = useUndecided();
  if (undecided.length === 0 || !mayAct(actor, MATCHES, 'merge')) return null;
  return (
    <Section title="Possibly registered twice" note={count(undecided.length, 'pair')}>
      <ul className="lines">
        {undecided.slice(0, TWICE_MOST).map((match) => (
          <Pair key={match.id} match={match} />
        ))}
      </ul>
    </Section>
  );
}

function Pair({ match }: { match: Match }) {
  const one = useRow('patients', match.one_id);
  const other = useRow('patients', match.other_id);
  return (
    <li>
      <Link className="line" to="/patients/$patientId/duplicate/$match" params={{ patientId: match.one_id, match: match.id }}>
        <span>
          {fullName(one)} {one?.hospital_number} · {fullName(other)} {other?.hospital_number}
        </span>
        <span className="line-side small muted">{match.reasons.join(', ')}</span>
      </Link>
    </li>
  );
}

const MATCHES = RECORDS.patient_matches as unknown as RecordDef;
/** The next come when these are decided. */
const TWICE_MOST = 20;

const OPS: Readonly<Record<string, string>> = {
  create: 'New',
  edit: 'Change of',
  retract: 'Removal of',
  restore: 'Return of',
  withdraw: 'Giving up of',
};

function Refused({ entry }: { entry: AttentionEntry }) {
  const { zone, now } = usePresent();
  const how = useSaying();
  const list = refusedMutations(entry);
  const readable = entry.group.mutations.length > 0;
  return (
    <section className="card" data-tone="caution" aria-label="Refused by the server">
      <div className="card-head">
        <h2>Refused by the server</h2>
        <span className="muted small">
          {how.linked('users', entry.group.author)}, saved <Moment at={entry.saved_at} zone={zone} now={now} />
        </span>
      </div>
      {!readable && <p>This entry could not be read on this device. It is kept as it is.</p>}
      {list.map(({ mutation, say, fields }) => {
        const def = recordOf(mutation.kind);
        return (
          <div key={mutation.mid} className="refused">
            <p>
              {OPS[mutation.op] ?? mutation.op} {(def?.title ?? mutation.kind).toLowerCase()}{' '}
              <About kind={mutation.kind} id={mutation.id} values={mutation.patch} />
            </p>
            {say && <p className="refused-say">{say}</p>}
            <dl className="refused-values">
              {Object.entries(mutation.patch)
                .filter(([name]) => def?.fields[name]?.kind !== 'link' || fields[name])
                .map(([name, value]) => (
                  <div key={name} className="pair">
                    <dt>{labelOf(def, name)}</dt>
                    <dd className={fields[name] ? 'wrong-value' : undefined}>
                      {sayValue(def?.fields[name], value, how) ?? <Absent words="cleared" />}
                      {fields[name] && <span className="field-problem"> {fields[name]}</span>}
                    </dd>
                  </div>
                ))}
            </dl>
          </div>
        );
      })}
      <div className="card-foot">
        <Link className="button button-main" to="/attention/$group" params={{ group: entry.group.group }}>
          Mend and send again
        </Link>
        <Withdraw entry={entry} />
      </div>
    </section>
  );
}
