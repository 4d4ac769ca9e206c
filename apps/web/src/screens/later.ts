/** Screens that are fetched after the first ones are shown. */
export const admission = () => import('./patients/Admission.tsx');
export const patientForms = () => import('./patients/PatientForms.tsx');
export const allergyForms = () => import('./patients/AllergyForms.tsx');
export const lists = () => import('./Lists.tsx');
export const attention = () => import('./Attention.tsx');
export const mend = () => import('./Mend.tsx');
export const wards = () => import('./WardBoard.tsx');
export const accountScreens = () => import('./Accounts.tsx');
export const me = () => import('./Me.tsx');
export const palette = () => import('./Palette.tsx');

/**
 * Fetches every screen soon after the start, so that a window opened before an update never asks for a file that is gone, and no tap
 * waits for code. Without a network and a service worker (a first visit cut short) there is nothing to fetch; the screen itself will say so.
 */
export function fetchScreens(): void {
  const fetchAll = () =>
    void Promise.allSettled(
      [admission, patientForms, allergyForms, lists, attention, mend, wards, accountScreens, me, palette].map((load) => load()),
    );
  if ('requestIdleCallback' in globalThis) requestIdleCallback(fetchAll, { timeout: 4000 });
  else setTimeout(fetchAll, 1500);
}
