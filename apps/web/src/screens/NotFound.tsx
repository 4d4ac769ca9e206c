import { Link } from '@tanstack/react-router';

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
