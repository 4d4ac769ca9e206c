import {
  IconAlertCircle,
  IconBed,
  IconCalculator,
  IconHome2,
  IconList,
  IconPlus,
  IconSearch,
  IconUserCircle,
  IconUsers,
} from '@tabler/icons-react';
import { Link, Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useAttention } from '../store/index.ts';
import { Keys } from '../ui/Pieces.tsx';
import { takeUpdate, useUpdate } from '../ui/update.ts';
import { AddSheet } from './AddSheet.tsx';
import { DisputeGate } from './DisputeGate.tsx';
import { palette as paletteScreen } from './later.ts';
import { Mark } from './Mark.tsx';
import { Notices } from './Notices.tsx';
import { usePerson } from './person.tsx';
import { SyncStatus } from './SyncStatus.tsx';

const Palette = lazy(() => paletteScreen().then((m) => ({ default: m.Palette })));

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));

/** Frame of every page: where to go, what to find, and how the work of this device stands, always in the same corner. */
export function Shell() {
  const navigate = useNavigate();
  const path = useRouterState({ select: (s) => s.location.pathname });
  const attention = useAttention();
  const update = useUpdate();
  const { user } = usePerson();
  const [palette, setPalette] = useState<{ open: boolean; asked: boolean }>({ open: false, asked: false });
  const [adding, setAdding] = useState(false);
  const main = useRef<HTMLElement>(null);
  const waits = attention.conflicts.length + attention.refused.length;

  useEffect(() => {
    let afterG = 0;
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        setPalette({ open: true, asked: true });
        return;
      }
      if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
      if (Date.now() - afterG < 1200) {
        const to = (
          { t: '/', p: '/patients', w: '/wards', s: '/scores', a: '/attention', l: '/lists', m: '/me', h: '/help' } as const
        )[event.key as 't'];
        afterG = 0;
        if (to) {
          event.preventDefault();
          void navigate({ to });
        }
      } else if (event.key === 'g') afterG = Date.now();
      else if (event.key === 'n') {
        event.preventDefault();
        setAdding(true);
      } else if (event.key === '/' && !document.querySelector('[data-list-search]')) {
        event.preventDefault();
        void navigate({ to: '/patients' });
      }
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [navigate]);

  // A screen reader hears the new page from its beginning; the eye sees no ring.
  const before = useRef(path);
  useEffect(() => {
    if (before.current === path) return;
    before.current = path;
    if (!main.current?.contains(document.activeElement)) main.current?.focus({ preventScroll: true });
  }, [path]);

  const item = (
    to: '/' | '/patients' | '/wards' | '/scores' | '/attention' | '/lists' | '/me',
    label: string,
    Icon: typeof IconHome2,
    key: string,
    more: { badge?: number; wide?: boolean } = {},
  ) => (
    <li className={more.wide ? 'nav-wide' : undefined}>
      <Link
        to={to}
        className="nav-item"
        activeProps={{ 'data-on': true, 'aria-current': 'page' }}
        activeOptions={{ exact: to === '/', includeSearch: false }}
      >
        <Icon size="1.35rem" stroke={1.7} aria-hidden />
        <span className="nav-label">{label}</span>
        {more.badge ? (
          <span className="nav-badge">
            {more.badge}
            <span className="visually-hidden"> waiting</span>
          </span>
        ) : null}
        <Keys keys={`g ${key}`} />
      </Link>
    </li>
  );

  return (
    <div className="shell">
      <a className="skip" href="#main">
        Skip to the page
      </a>
      <header className="top">
        <Link to="/" className="brand" aria-label="Plastic Surgeon Assistant, to Today">
          <Mark />
          <span className="brand-words">Surgeon Assistant</span>
        </Link>
        <button type="button" className="find" onClick={() => setPalette({ open: true, asked: true })}>
          <IconSearch size="1.1rem" stroke={1.8} aria-hidden />
          <span className="find-words">Find a patient, score or page</span>
          <Keys keys="Ctrl K" />
        </button>
        <SyncStatus />
        <Notices />
      </header>
      <nav className="nav" aria-label="Main">
        <ul>
          {item('/', 'Today', IconHome2, 't')}
          {item('/patients', 'Patients', IconUsers, 'p')}
          <li className="nav-add">
            <button type="button" className="nav-item" onClick={() => setAdding(true)}>
              <IconPlus size="1.35rem" stroke={2} aria-hidden />
              <span className="nav-label">Add</span>
              <Keys keys="n" />
            </button>
          </li>
          {item('/wards', 'Wards', IconBed, 'w', { wide: true })}
          {item('/scores', 'Scores', IconCalculator, 's', { wide: true })}
          {item('/attention', 'Attention', IconAlertCircle, 'a', { badge: waits })}
          {item('/lists', 'Lists', IconList, 'l', { wide: true })}
          {item('/me', 'Me', IconUserCircle, 'm')}
        </ul>
        <p className="nav-person small muted">{user.full_name}</p>
      </nav>
      <main className="main" id="main" ref={main} tabIndex={-1}>
        {update !== 'none' && (
          <div className="update" role="status">
            <span>
              {update === 'ready' ? 'A new version is ready.' : 'The app was updated in another window.'} Drafts and unsent work
              stay.
            </span>
            <button type="button" className="quiet strong" onClick={takeUpdate}>
              Use it now
            </button>
          </div>
        )}
        <Outlet />
      </main>
      <DisputeGate />
      <AddSheet open={adding} close={() => setAdding(false)} />
      {palette.asked && (
        <Suspense>
          <Palette open={palette.open} close={() => setPalette({ open: false, asked: true })} add={() => setAdding(true)} />
        </Suspense>
      )}
    </div>
  );
}
