import { Popover } from '@mantine/core';
import { IconBell } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { usePresent } from '../record/present.ts';
import { device, useRowsBy } from '../store/index.ts';
import { nowIso } from '../ui/clock.ts';
import { newestFirst } from '../ui/days.ts';
import { Moment, Tag } from '../ui/Pieces.tsx';
import { tellProblem } from './keep.tsx';
import { usePerson } from './person.tsx';

/** More are on the list of notices. */
const SHOWN_MOST = 20;

/** What this person should know and has not marked as read: a bell with their number, the notices behind it. */
export function Notices() {
  const { actor } = usePerson();
  const { now, zone } = usePresent();
  const all = useRowsBy('notifications', 'user_id', actor.user_id);
  const unread = useMemo(
    () =>
      newestFirst(
        all.filter((n) => n.read_at === null),
        (n) => n.created_at,
      ),
    [all],
  );
  const [open, setOpen] = useState(false);
  const close = () => setOpen(false);

  const markRead = async (notices: typeof unread) => {
    const read_at = nowIso();
    try {
      await device.save(
        notices.map((n) => ({ kind: 'notifications', id: n.id, op: 'edit', base: n.row_version, patch: { read_at } })),
      );
      if (notices.length === unread.length) close();
    } catch (error) {
      tellProblem(error);
    }
  };

  const words =
    unread.length === 0 ? 'No unread notices' : unread.length === 1 ? '1 unread notice' : `${unread.length} unread notices`;
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" width={360} shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <button
          type="button"
          className="icon-button bell"
          aria-label={words}
          aria-haspopup="dialog"
          onClick={() => setOpen(!open)}
        >
          <IconBell size="1.25rem" stroke={1.8} aria-hidden />
          {unread.length > 0 && (
            <span className="bell-badge num" aria-hidden>
              {unread.length > 99 ? '99+' : unread.length}
            </span>
          )}
        </button>
      </Popover.Target>
      <Popover.Dropdown className="bell-panel" aria-label="Notices">
        <p className="strong">{words}</p>
        <ul className="notices-list">
          {unread.slice(0, SHOWN_MOST).map((n) => (
            <li key={n.id}>
              <div>
                {n.kind === 'Critical result' && <Tag tone="danger">Critical result</Tag>} <About notice={n} close={close} />
                <br />
                <span className="muted small">
                  {n.kind !== 'Critical result' && `${n.kind} · `}
                  <Moment at={n.created_at} zone={zone} now={now} />
                </span>
              </div>
              <button
                type="button"
                className="quiet"
                onClick={() => void markRead([n])}
                aria-label={`Mark as read: ${n.message}`}
              >
                Read
              </button>
            </li>
          ))}
        </ul>
        <div className="row between">
          <Link to="/lists/$kind" params={{ kind: 'notifications' }} onClick={close}>
            All notices
          </Link>
          {unread.length > 1 && (
            <button type="button" className="quiet" onClick={() => void markRead(unread.slice(0, SHOWN_MOST))}>
              Mark {unread.length > SHOWN_MOST ? 'these' : 'all'} as read
            </button>
          )}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}

/** The message, leading to what it is about. */
function About({
  notice,
  close,
}: {
  notice: { message: string; record_kind: string | null; record_id: string | null; patient_id: string | null };
  close(): void;
}) {
  const { message, record_kind: kind, record_id: id, patient_id: patientId } = notice;
  if (kind === 'sync_conflicts')
    return (
      <Link to="/attention" onClick={close}>
        {message}
      </Link>
    );
  if (kind && id)
    return (
      <Link to="/lists/$kind/$id" params={{ kind, id }} onClick={close}>
        {message}
      </Link>
    );
  if (patientId)
    return (
      <Link to="/patients/$patientId" params={{ patientId }} onClick={close}>
        {message}
      </Link>
    );
  return message;
}
