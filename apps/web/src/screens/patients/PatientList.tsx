import { may, RECORDS, type RecordDef } from '@psa/domain';
import { IconSearch, IconUserPlus } from '@tabler/icons-react';
import { Link, useNavigate, useRouterState } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { usePresent } from '../../record/present.ts';
import { usePatientSearch, useSync } from '../../store/index.ts';
import { count } from '../../ui/numbers.ts';
import { Empty, Keys } from '../../ui/Pieces.tsx';
import { usePerson } from '../person.tsx';
import { percent } from '../sync-words.ts';
import { useAllergic, useLikeNames, useOpenStays, useWards } from './facts.ts';
import { ASK_LETTERS_LEAST, HospitalSearch } from './HospitalSearch.tsx';
import { PatientRow } from './PatientRow.tsx';

const ROW_REM = 3.75;
/** So few patients found may not be the one who is looked for: the server is offered. */
const FEW = 4;
const rem = () => Number.parseFloat(getComputedStyle(document.documentElement).fontSize);

/** All patients of the hospital, found as fast as they are typed; moved through with the arrow keys. */
export function PatientList() {
  const [query, setQuery] = useState('');
  const [inside, setInside] = useState(false);
  const found = usePatientSearch(useDeferredValue(query));
  const stays = useOpenStays();
  const wards = useWards();
  const allergic = useAllergic();
  const isAlike = useLikeNames();
  const sync = useSync();
  const { today } = usePresent();
  const { actor } = usePerson();
  const navigate = useNavigate();
  const path = useRouterState({ select: (s) => s.location.pathname });
  const scroller = useRef<HTMLDivElement>(null);
  const search = useRef<HTMLInputElement>(null);
  const shown = useMemo(() => (inside ? found.filter((p) => stays.has(p.id)) : found), [found, inside, stays]);

  const rows = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_REM * rem(),
    overscan: 6,
  });

  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      const typing = event.target instanceof HTMLElement && event.target.matches('input, textarea, select');
      if (event.key !== '/' || typing) return;
      event.preventDefault();
      search.current?.focus();
      search.current?.select();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);

  const focusRow = (at: number) => {
    if (at < 0) return search.current?.focus();
    const index = Math.min(at, shown.length - 1);
    rows.scrollToIndex(index);
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-index="${index}"]`)?.focus());
  };

  const onKeys = (event: KeyboardEvent) => {
    const at = Number((event.target as HTMLElement).dataset.index ?? -1);
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      focusRow(at < 0 ? (step > 0 ? 0 : -1) : Math.max(step < -1 ? 0 : -1, at + step));
    } else if (event.key === 'Enter' && at < 0 && shown[0]) {
      event.preventDefault();
      void navigate({ to: '/patients/$patientId', params: { patientId: shown[0].id } });
    } else if (event.key === 'Escape' && at < 0) setQuery('');
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrow keys bubble up from the search box and the links, which are the controls.
    <div className="finder" onKeyDown={onKeys}>
      <div className="finder-head">
        <div className="finder-find">
          <label className="finder-search">
            <IconSearch size="1.15rem" stroke={1.8} aria-hidden />
            <span className="visually-hidden">Search patients</span>
            <input
              ref={search}
              data-list-search
              type="search"
              value={query}
              placeholder="Name, number or phone"
              autoComplete="off"
              spellCheck={false}
              onChange={(e) => {
                setQuery(e.currentTarget.value);
                scroller.current?.scrollTo(0, 0);
              }}
            />
            <Keys keys="/" />
          </label>
          {may(actor, 'create', RECORDS.patients as unknown as RecordDef) && (
            <Link to="/patients/new" className="icon-button" aria-label="Register a patient" title="Register a patient">
              <IconUserPlus size="1.25rem" stroke={1.7} aria-hidden />
            </Link>
          )}
        </div>
        <div className="finder-views">
          <fieldset className="views" aria-label="Show">
            <button type="button" aria-pressed={!inside} onClick={() => setInside(false)}>
              All
            </button>
            <button type="button" aria-pressed={inside} onClick={() => setInside(true)}>
              In hospital
            </button>
          </fieldset>
          <span className="muted small num" role="status">
            {count(shown.length, 'patient')}
          </span>
        </div>
      </div>
      <div className="finder-rows" ref={scroller}>
        {shown.length === 0 ? (
          sync.fetching && found.length === 0 ? (
            <p className="finder-none muted">
              Fetching patients, {percent(sync.fetching.done, sync.fetching.of)} %{query && '. Not everybody is here yet.'}
            </p>
          ) : (
            <Empty
              title={query ? 'Nobody by that name, number or phone' : inside ? 'Nobody is in hospital' : 'No patients yet'}
            >
              {query ? 'Try fewer letters, or names in another order.' : 'Patients registered on any device appear here.'}
            </Empty>
          )
        ) : (
          <ul style={{ height: rows.getTotalSize(), position: 'relative' }} aria-label="Patients">
            {rows.getVirtualItems().map((item) => {
              const patient = shown[item.index];
              if (!patient) return null;
              const stay = stays.get(patient.id);
              return (
                <li
                  key={patient.id}
                  style={{ position: 'absolute', insetInline: 0, height: item.size, transform: `translateY(${item.start}px)` }}
                >
                  <PatientRow
                    patient={patient}
                    index={item.index}
                    today={today}
                    bed={stay ? (stay.bed_number ?? wards.get(stay.ward_id ?? '')?.code ?? 'in') : undefined}
                    allergic={allergic.has(patient.id)}
                    alike={isAlike(patient)}
                    current={path.startsWith(`/patients/${patient.id}`)}
                  />
                </li>
              );
            })}
          </ul>
        )}
        {shown.length <= FEW && sync.contact === 'good' && query.trim().length >= ASK_LETTERS_LEAST && (
          <HospitalSearch key={query.trim()} query={query.trim()} shown={new Set(shown.map(({ id }) => id))} today={today} />
        )}
      </div>
    </div>
  );
}
