import { Button, Progress } from '@mantine/core';
import { useEffect } from 'react';
import { device, useFile, useSync } from '../../store/index.ts';
import { Notice } from '../../ui/Pieces.tsx';
import { tellProblem } from '../keep.tsx';
import { percent } from '../sync-words.ts';

/**
 * What of a patient in the archive is here. Their file is fetched when the page is opened; what is not here yet is said, so that nobody takes
 * an empty page for an empty file.
 */
export function InArchive({ patientId }: { patientId: string }) {
  const { archived, held, pinned } = useFile(patientId);
  const sync = useSync();
  useEffect(() => {
    if (archived) void device.openFile(patientId).catch(tellProblem);
  }, [archived, patientId]);
  if (!archived) return null;
  const pin = () => void device.pinFile(patientId, !pinned).catch(tellProblem);
  const keep = (
    <Button variant="default" onClick={pin} aria-pressed={pinned}>
      {pinned ? 'Let go' : 'Keep on this device'}
    </Button>
  );
  if (held) {
    return (
      <Notice tone="neutral" title="From the archive" actions={keep}>
        {pinned
          ? 'The whole file stays on this device, also without a network.'
          : 'The whole file is on this device for two weeks. Whatever you write brings the patient back to every device.'}
      </Notice>
    );
  }
  if (sync.contact === 'good' || sync.sending) {
    const here = sync.fetching?.scope.endsWith(patientId) ? percent(sync.fetching.done, sync.fetching.of) : null;
    return (
      <Notice tone="info" title="Fetching the file from the archive">
        Notes, orders and medicines are on their way{here === null ? '.' : `, ${here} %.`}
        <Progress value={here ?? 100} animated mt="xs" aria-label="Fetched of the file" />
      </Notice>
    );
  }
  const again = (
    <Button variant="default" onClick={() => device.syncNow()}>
      Try again
    </Button>
  );
  return (
    <Notice tone="caution" title="Notes, orders and medicines are not on this device" actions={again}>
      This patient is in the archive: the file comes when there is a network. Who this is and the allergies are here. You can
      admit, order and write all the same; it is sent later.
    </Notice>
  );
}
