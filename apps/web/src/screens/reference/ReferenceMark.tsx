import { Popover } from '@mantine/core';
import type { EntryMark } from '@psa/domain/checks';
import { IconPencilQuestion } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { entryOfMark } from './kinds.ts';

/** Which version of the reference something rests on; where nobody has signed it, a quiet mark that says so in words when it is touched. */
export function ReferenceMark({ mark }: { mark: EntryMark }) {
  const [open, setOpen] = useState(false);
  const entry = entryOfMark(mark.key);
  if (!mark.unreviewed) return <span className="small muted">reference version {mark.version}, reviewed</span>;
  return (
    <Popover opened={open} onChange={setOpen} width={280} shadow="md" withinPortal>
      <Popover.Target>
        <button
          type="button"
          className="reference-mark small"
          onClick={() => setOpen(!open)}
          aria-expanded={open}
          aria-label={`Reference version ${mark.version}, unreviewed`}
        >
          <IconPencilQuestion size="1em" stroke={1.8} aria-hidden />
          reference version {mark.version}, unreviewed
        </button>
      </Popover.Target>
      <Popover.Dropdown>
        <p className="small">
          Nobody of the unit has read and signed this entry yet. Take it as a draft, and check it yourself.
        </p>
        {entry && (
          <Link to="/reference/$kind/$key" params={{ kind: entry.kind, key: entry.key }} className="small">
            Open the entry
          </Link>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}
