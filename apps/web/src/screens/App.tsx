import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { RouterProvider } from '@tanstack/react-router';
import { Component, type ReactNode, StrictMode } from 'react';
import { useSession } from '../store/index.ts';
import { schemeManager, useMode, useScreenAwake } from '../ui/mode.ts';
import { Notice } from '../ui/Pieces.tsx';
import { resolver, theme } from '../ui/theme.ts';
import { PersonProvider } from './person.tsx';
import { router } from './router.tsx';
import { SignIn } from './SignIn.tsx';

/** A fault in a screen never takes the work with it: it says what is safe and offers the way on. */
class Fault extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };
  static getDerivedStateFromError() {
    return { failed: true };
  }
  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <main className="alone">
        <h1>This page could not be shown</h1>
        <p>Everything you saved, and the draft of what you were writing, is kept on this device.</p>
        <button
          type="button"
          className="plain-button"
          onClick={() => void router.navigate({ to: '/' }).then(() => this.setState({ failed: false }))}
        >
          Go to Today
        </button>
      </main>
    );
  }
}

function Gate() {
  const session = useSession();
  if (session.status === 'open') {
    return (
      <PersonProvider actor={session.actor} user={session.user} signedIn={session.signed_in}>
        <RouterProvider router={router} />
      </PersonProvider>
    );
  }
  if (session.status === 'broken') {
    return (
      <main className="alone">
        <h1>This device cannot keep records</h1>
        <Notice tone="caution">{session.say}</Notice>
        <p className="muted">Open the app in a normal window of an up-to-date browser, with enough free space.</p>
      </main>
    );
  }
  if (session.status === 'starting') return <div className="starting" aria-busy />;
  return <SignIn known={session.known} unsent={session.unsent} ended={session.ended} />;
}

/** The whole app: look, messages, and whoever is in. */
export function App() {
  const mode = useMode();
  useScreenAwake();
  return (
    <StrictMode>
      <MantineProvider
        key={mode === 'theatre' ? 'theatre' : 'usual'}
        theme={theme}
        colorSchemeManager={schemeManager}
        defaultColorScheme={mode === 'light' ? 'light' : 'dark'}
        cssVariablesResolver={resolver(mode)}
      >
        <Notifications position="bottom-center" autoClose={7000} limit={3} />
        {/* Made anew with the size of type: browsers do not ask container queries again when only that changes. */}
        <div className="frame">
          <Fault>
            <Gate />
          </Fault>
        </div>
      </MantineProvider>
    </StrictMode>
  );
}
