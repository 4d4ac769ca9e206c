import { Button, TextInput } from '@mantine/core';
import type { SecondFactor, SecondFactorAsked } from '@psa/sync';
import type { PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/browser';
import { IconFingerprint } from '@tabler/icons-react';
import { useState } from 'react';
import { Notice } from '../ui/Pieces.tsx';
import { SetupApp } from './SetupApp.tsx';

/** After the right password: what else the person shows. A secret is set up here when the hospital asks for one and there is none. */
export function SecondStep({
  asked,
  problem,
  busy,
  show,
  back,
}: {
  asked: SecondFactorAsked;
  problem: string | undefined;
  busy: boolean;
  show(second: SecondFactor): void;
  back(): void;
}) {
  const [code, setCode] = useState('');
  const [declined, setDeclined] = useState(false);
  const { setup, passkey } = asked;
  const again = (
    <button type="button" className="quiet" onClick={back}>
      Back
    </button>
  );
  if (setup) {
    return (
      <div className="stack">
        <Notice tone="info">Your role signs in with a code beside the password. Set it up once.</Notice>
        <SetupApp
          offer={setup}
          busy={busy}
          problem={problem}
          confirm={(typed) => show({ setup: setup.token, code: typed.trim() })}
        />
        {again}
      </div>
    );
  }
  const use = async () => {
    setDeclined(false);
    const { startAuthentication } = await import('@simplewebauthn/browser');
    await startAuthentication({ optionsJSON: passkey as PublicKeyCredentialRequestOptionsJSON }).then(
      (answer) => show({ passkey: JSON.parse(JSON.stringify(answer)) as NonNullable<SecondFactor['passkey']> }),
      () => setDeclined(true),
    );
  };
  return (
    <form
      className="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (code.trim() !== '') show({ code: code.trim() });
      }}
    >
      {passkey !== undefined && (
        <Button fullWidth leftSection={<IconFingerprint size="1.1rem" aria-hidden />} loading={busy} onClick={() => void use()}>
          Use a passkey
        </Button>
      )}
      <TextInput
        label={asked.totp ? 'Code of your authenticator app' : 'Recovery code'}
        description={asked.totp ? 'Six digits. Telephone not at hand: a recovery code.' : 'One of those that you noted down.'}
        value={code}
        onChange={(e) => setCode(e.currentTarget.value)}
        inputMode={asked.totp ? 'numeric' : 'text'}
        autoComplete="one-time-code"
        maxLength={40}
        autoFocus={passkey === undefined}
        spellCheck={false}
      />
      <div role="alert">
        {problem && <Notice tone="caution">{problem}</Notice>}
        {declined && <Notice tone="caution">No passkey was used. Try again, or type a code.</Notice>}
      </div>
      <Button type="submit" fullWidth variant={passkey === undefined ? 'filled' : 'default'} loading={busy}>
        Sign in
      </Button>
      {again}
    </form>
  );
}
