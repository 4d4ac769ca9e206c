import { Button, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { QrCode } from '../ui/QrCode.tsx';

/** In groups of four, as it is easiest typed. */
const grouped = (secret: string): string => secret.replace(/(.{4})(?=.)/g, '$1 ');

/** A secret to be taken up by an authenticator app, and the first code of it. */
export function SetupApp({
  offer,
  busy,
  problem,
  confirm,
}: {
  offer: { secret: string; uri: string };
  busy: boolean;
  problem?: string | undefined;
  confirm(code: string): void;
}) {
  const [code, setCode] = useState('');
  return (
    <form
      className="stack"
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        confirm(code);
      }}
    >
      <p>
        <strong>1.</strong> Open an authenticator app on your telephone and let it read this picture.
      </p>
      <QrCode text={offer.uri} label="Picture for an authenticator app" />
      <p className="small muted">
        Without a camera, type this into the app: <code className="secret">{grouped(offer.secret)}</code>
      </p>
      <p>
        <strong>2.</strong> Type the six digits that the app shows now.
      </p>
      <TextInput
        label="Code"
        value={code}
        onChange={(e) => setCode(e.currentTarget.value)}
        error={problem}
        inputMode="numeric"
        autoComplete="one-time-code"
        maxLength={10}
        data-autofocus
      />
      <div>
        <Button type="submit" loading={busy} disabled={code.trim() === ''}>
          Use this app
        </Button>
      </div>
    </form>
  );
}
