import { type ErrorComponentProps, Link, useRouter } from '@tanstack/react-router';

/** An address that leads nowhere. */
export function NotFound() {
  return (
    <div className="page">
      <h1>There is no such page</h1>
      <p className="muted">The address may be mistyped, or come from a newer version of the app.</p>
      <p>
        <Link to="/">Go to Today</Link>
      </p>
    </div>
  );
}

/** A screen that failed. The rest of the app stays, and so does the work. */
export function ScreenFailed({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const again = () => {
    reset();
    void router.invalidate();
  };
  return (
    <div className="page" role="alert">
      <h1>This page could not be shown</h1>
      <p>{error instanceof Error ? error.message : String(error)}</p>
      <p className="muted">Everything you saved, and the draft of what you were writing, is kept on this device.</p>
      <p>
        <button type="button" className="plain-button" onClick={again}>
          Try again
        </button>{' '}
        <Link to="/">Go to Today</Link>
      </p>
    </div>
  );
}
