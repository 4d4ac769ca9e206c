import { Button, Popover } from '@mantine/core';
import { IconAlertCircle, IconCheck, IconClockPause, IconCloudDown, IconCloudUp, IconKey } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { usePresent } from '../record/present.ts';
import { device, useAttention, useSync } from '../store/index.ts';
import { count } from '../ui/numbers.ts';
import { Moment, Notice } from '../ui/Pieces.tsx';
import { SignInAgain } from './SignInAgain.tsx';
import { clockWarning, type SyncWords, syncWords } from './sync-words.ts';

const ICONS: Readonly<Record<SyncWords['tone'], typeof IconCheck>> = {
  done: IconCheck,
  neutral: IconClockPause,
  info: IconCloudUp,
  caution: IconKey,
  conflict: IconAlertCircle,
};

/** How the work of this device stands: a few words in the corner, the whole account behind them. */
export function SyncStatus() {
  const sync = useSync();
  const attention = useAttention();
  const { now, zone } = usePresent();
  const [open, setOpen] = useState(false);
  const needs = attention.conflicts.length + attention.refused.length;
  const words = syncWords(sync, needs, now);
  const clock = clockWarning(sync.clock_offset_ms);
  const Icon = sync.fetching ? IconCloudDown : ICONS[words.tone];
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" width={340} shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <button type="button" className={`status tone-${words.tone}`} onClick={() => setOpen(!open)} aria-haspopup="dialog">
          <Icon size="1.1rem" stroke={2} aria-hidden />
          <span className="status-words" role="status">
            {words.short}
          </span>
          {clock && <span className="status-clock">clock</span>}
        </button>
      </Popover.Target>
      <Popover.Dropdown className="status-panel" aria-label="Sent and waiting">
        <p className="strong">{words.full}</p>
        <dl>
          <div className="pair">
            <dt>Waiting to be sent</dt>
            <dd className="num">{sync.waiting === 0 ? 'nothing' : count(sync.waiting, 'save')}</dd>
          </div>
          {sync.oldest_waiting_at && (
            <div className="pair">
              <dt>Oldest saved</dt>
              <dd>
                <Moment at={sync.oldest_waiting_at} zone={zone} now={now} />
              </dd>
            </div>
          )}
          <div className="pair">
            <dt>Last contact</dt>
            <dd>{sync.last_contact_at ? <Moment at={sync.last_contact_at} zone={zone} now={now} ago /> : 'none yet'}</dd>
          </div>
        </dl>
        {clock && <Notice tone="caution">{clock}</Notice>}
        {sync.contact === 'signed_out' && <SignInAgain />}
        <div className="row between">
          {needs > 0 ? (
            <Link to="/attention" onClick={() => setOpen(false)}>
              What needs attention
            </Link>
          ) : (
            <Link to="/safety" onClick={() => setOpen(false)}>
              Is my data safe?
            </Link>
          )}
          <Button variant="default" onClick={() => device.syncNow()} disabled={sync.sending}>
            Send now
          </Button>
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
