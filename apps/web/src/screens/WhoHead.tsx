import { IconArrowLeft } from '@tabler/icons-react';
import type { Known } from '../store/api.ts';

/** Whose door this is, and the way back to the others who are known here. */
export function WhoHead({ person, back }: { person: Known; back: (() => void) | undefined }) {
  return (
    <div className="row">
      {back && (
        <button type="button" className="icon-button" onClick={back} aria-label="Back to who you are">
          <IconArrowLeft size="1.2rem" aria-hidden />
        </button>
      )}
      <div>
        <div className="strong">{person.full_name}</div>
        <div className="muted small">{person.email}</div>
      </div>
    </div>
  );
}
