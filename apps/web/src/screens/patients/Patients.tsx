import { Outlet, useRouterState } from '@tanstack/react-router';
import { PatientList } from './PatientList.tsx';
import { Recent } from './Recent.tsx';

/** The list and the page of one patient: side by side where there is room, one after the other on a phone. */
export function Patients() {
  const path = useRouterState({ select: (s) => s.location.pathname });
  const onlyList = path.replace(/\/$/, '') === '/patients';
  return (
    <div className="split" data-page={!onlyList || undefined}>
      {onlyList && <h1 className="visually-hidden">Patients</h1>}
      <div className="split-list">
        <PatientList />
      </div>
      <div className="split-page">{onlyList ? <Nobody /> : <Outlet />}</div>
    </div>
  );
}

function Nobody() {
  return (
    <div className="page">
      <p className="muted">Choose a patient, or type a name, number or phone.</p>
      <Recent />
    </div>
  );
}
