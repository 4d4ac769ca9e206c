import { Button, NativeSelect, TextInput } from '@mantine/core';
import { type Json, ProblemError, RECORD_LIST, ROLE_TITLES, type Role, recordOf } from '@psa/domain';
import { Link } from '@tanstack/react-router';
import { useCallback, useEffect, useState } from 'react';
import { usePresent } from '../record/present.ts';
import { useSaying } from '../record/saying.ts';
import { labelOf, sayValue } from '../record/values.ts';
import { device, useRows } from '../store/index.ts';
import { addDays, instantOf, parseDay } from '../ui/days.ts';
import { Absent, Empty, Moment, Notice, Tag } from '../ui/Pieces.tsx';
import { ACTION_WORDS, type Asked, deedOf, linesOf, queryOf } from './audit-words.ts';
import { NotFound } from './NotFound.tsx';
import { usePerson } from './person.tsx';

/** An entry as the server tells it (GET /api/audit). */
interface Entry {
  n: number;
  at: string;
  user_name: string | null;
  user_role: Role | null;
  action: string;
  table_name: string | null;
  record_id: string | null;
  fields: string[];
  old_values: Json;
  new_values: Json;
  hidden: boolean;
  device_name: string | null;
  mutation_id: string | null;
  ip_address: string | null;
  user_agent: string | null;
  hash: string;
}
type Page = { entries: Entry[]; next_cursor: string | null };

const NOTHING: Asked = { user_id: '', table_name: '', action: '', record_id: '', from: '', to: '' };
const RECORDS_BY_TITLE = RECORD_LIST.map((def) => ({ value: def.name, label: def.titles })).sort((a, b) =>
  a.label.localeCompare(b.label, 'en'),
);
const ACTIONS = Object.entries(ACTION_WORDS).map(([value, label]) => ({ value, label }));
/** A day as people type it; empty asks for nothing. */
function dayOf(typed: string, today: string): { value: string; problem?: string } {
  if (typed.trim() === '') return { value: '' };
  const parsed = parseDay(typed, today);
  return 'value' in parsed ? { value: parsed.value } : { value: '', problem: parsed.problem };
}

const all = (label: string) => ({ value: '', label });

/** Searches the audit trail. Needs the network: the trail never leaves the server. */
export function AuditPage() {
  const { actor } = usePerson();
  const { zone, today } = usePresent();
  const [asked, setAsked] = useState<Asked>(NOTHING);
  /** What the entries on the page answer; days are instants here. */
  const [searched, setSearched] = useState<Asked>(NOTHING);
  const [wrong, setWrong] = useState<{ from?: string | undefined; to?: string | undefined }>({});
  const [found, setFound] = useState<Page>();
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const people = useRows('users');

  const read = useCallback(async (wish: Asked, before: Page | undefined) => {
    setBusy(true);
    try {
      const query = queryOf(wish, before?.next_cursor ?? null);
      const page = (await device.call('GET', `/api/audit?${query}`)) as unknown as Page;
      setFound({ ...page, entries: [...(before?.entries ?? []), ...page.entries] });
      setProblem(undefined);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      setProblem(
        error.code === 'UNAVAILABLE' ? 'The trail is kept by the server, and there is no network now.' : error.message,
      );
    } finally {
      setBusy(false);
    }
  }, []);
  const isAdmin = actor.role === 'super_admin';
  useEffect(() => {
    if (isAdmin) void read(NOTHING, undefined);
  }, [isAdmin, read]);
  if (!isAdmin) return <NotFound />;

  const search = () => {
    const [from, to] = [dayOf(asked.from, today), dayOf(asked.to, today)];
    const wrong = { from: from.problem, to: to.problem };
    setWrong(wrong);
    if (wrong.from || wrong.to) return;
    const wish = {
      ...asked,
      record_id: asked.record_id.trim(),
      from: from.value && instantOf(from.value, '00:00', zone),
      to: to.value && instantOf(addDays(to.value, 1), '00:00', zone),
    };
    setSearched(wish);
    void read(wish, undefined);
  };
  const set = (part: Partial<Asked>) => setAsked((before) => ({ ...before, ...part }));
  return (
    <div className="page">
      <header className="page-head">
        <h1>Audit trail</h1>
      </header>
      <p className="muted">Who did or read what, when and from where. Entries are only ever added.</p>
      <form
        className="audit-filter"
        onSubmit={(event) => {
          event.preventDefault();
          search();
        }}
      >
        <NativeSelect
          label="Person"
          value={asked.user_id}
          onChange={(e) => set({ user_id: e.currentTarget.value })}
          data={[all('Everybody'), ...people.map((u) => ({ value: u.id, label: u.full_name }))]}
        />
        <NativeSelect
          label="What was done"
          value={asked.action}
          onChange={(e) => set({ action: e.currentTarget.value })}
          data={[all('Anything'), ...ACTIONS]}
        />
        <NativeSelect
          label="Record"
          value={asked.table_name}
          onChange={(e) => set({ table_name: e.currentTarget.value })}
          data={[all('Any'), ...RECORDS_BY_TITLE]}
        />
        <TextInput
          label="Id of the record"
          value={asked.record_id}
          onChange={(e) => set({ record_id: e.currentTarget.value })}
          autoComplete="off"
          spellCheck={false}
        />
        {(['from', 'to'] as const).map((end) => (
          <TextInput
            key={end}
            label={end === 'from' ? 'From' : 'To'}
            placeholder="yesterday, 12/3/2026"
            value={asked[end]}
            error={wrong[end]}
            onChange={(e) => set({ [end]: e.currentTarget.value })}
            autoComplete="off"
          />
        ))}
        <Button type="submit" loading={busy}>
          Search
        </Button>
      </form>
      {problem && <Notice tone="info">{problem}</Notice>}
      {found && (
        <>
          {found.entries.length === 0 && <Empty title="No such entry" />}
          <ol className="entries" aria-label="Entries, newest first">
            {found.entries.map((entry) => (
              <EntryLine key={entry.n} entry={entry} />
            ))}
          </ol>
          {found.next_cursor !== null && (
            <p className="section-foot">
              <Button variant="default" loading={busy} onClick={() => void read(searched, found)}>
                Older entries
              </Button>
            </p>
          )}
        </>
      )}
    </div>
  );
}

function EntryLine({ entry }: { entry: Entry }) {
  const { now, zone } = usePresent();
  const [open, setOpen] = useState(false);
  const who = entry.user_name ?? 'Nobody known';
  return (
    <li className="entry">
      <div className="entry-when num">
        <Moment at={entry.at} zone={zone} now={now} />
        <br />
        <span className="muted small">no. {entry.n}</span>
      </div>
      <div>
        <p>
          <strong>{who}</strong>
          {entry.user_role && <span className="muted"> · {ROLE_TITLES[entry.user_role]}</span>}
        </p>
        <p>{deedOf(entry)}</p>
        {entry.fields.length > 0 && (
          <p className="muted small">
            {entry.fields.map((f) => labelOf(recordOf(entry.table_name ?? ''), f)).join(', ')}
            {entry.hidden && <Tag tone="neutral">values not shown</Tag>}
          </p>
        )}
        <Button variant="subtle" px="xs" ml={-10} aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? 'Less' : 'More'}
          <span className="visually-hidden">&nbsp;about entry {entry.n}</span>
        </Button>
        {open && <Details entry={entry} />}
      </div>
    </li>
  );
}

function Details({ entry }: { entry: Entry }) {
  const how = useSaying();
  const def = recordOf(entry.table_name ?? '');
  const lines = linesOf(entry.old_values, entry.new_values, Object.keys(def?.fields ?? {}));
  const said = (field: string, value: Json) => sayValue(def?.fields[field], value, how) ?? <Absent words="–" />;
  const facts: [string, string | null][] = [
    ['Record', entry.record_id],
    ['Device', entry.device_name],
    ['Address', entry.ip_address],
    ['Browser', entry.user_agent],
    ['Mutation', entry.mutation_id],
    ['Hash', entry.hash],
  ];
  return (
    <>
      {lines.length > 0 && (
        <table className="versions">
          <thead>
            <tr>
              <th>
                <span className="visually-hidden">Field</span>
              </th>
              <th scope="col">Before</th>
              <th scope="col">After</th>
            </tr>
          </thead>
          <tbody>
            {lines.map(({ field, before, after }) => (
              <tr key={field}>
                <th scope="row">{labelOf(def, field)}</th>
                <td>{said(field, before)}</td>
                <td>{said(field, after)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {entry.hidden && <p className="muted small">Values of this record are shown only to those who may read it.</p>}
      <dl className="audit-facts">
        {facts.map(
          ([label, value]) =>
            value !== null && (
              <div key={label}>
                <dt className="muted small">{label}</dt>
                <dd className="small">{value}</dd>
              </div>
            ),
        )}
      </dl>
      {entry.table_name === 'patients' && entry.record_id && (
        <Link className="entry-act" to="/patients/$patientId" params={{ patientId: entry.record_id }}>
          Open the patient
        </Link>
      )}
    </>
  );
}
