import { Button } from '@mantine/core';
import { Notice } from '../ui/Pieces.tsx';

/** Why something that only the server knows could not be read, and the way to ask for it again. */
export function TryAgain({ why, again }: { why: string; again(): void }) {
  return (
    <Notice
      tone="info"
      actions={
        <Button variant="default" onClick={again}>
          Try again
        </Button>
      }
    >
      {why}
    </Notice>
  );
}
