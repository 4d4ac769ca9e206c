/**
 * A screen's code, fetched when first needed. Its failure is an error of ours: on the browser's own the router would load the whole page
 * anew, which without a network shows nothing at all.
 */
const screen =
  <M>(load: () => Promise<M>) =>
  (): Promise<M> =>
    load().catch((cause: unknown) => {
      throw new Error('This page is not on this device yet. It comes by itself when there is a network.', { cause });
    });

/** Screens that are fetched after the first ones are shown. */
export const admission = screen(() => import('./patients/Admission.tsx'));
export const duplicate = screen(() => import('./patients/Duplicate.tsx'));
export const patientForms = screen(() => import('./patients/PatientForms.tsx'));
export const allergyForms = screen(() => import('./patients/AllergyForms.tsx'));
export const lists = screen(() => import('./Lists.tsx'));
export const entry = screen(() => import('./Entry.tsx'));
export const ofPatient = screen(() => import('./patients/OfPatient.tsx'));
export const attention = screen(() => import('./Attention.tsx'));
export const mend = screen(() => import('./Mend.tsx'));
export const wards = screen(() => import('./WardBoard.tsx'));
export const accountScreens = screen(() => import('./Accounts.tsx'));
export const summary = screen(() => import('./patients/Summary.tsx'));
export const aiSettings = screen(() => import('./AiSettings.tsx'));
export const auditPage = screen(() => import('./Audit.tsx'));
export const looks = screen(() => import('./patients/Looks.tsx'));
export const emergency = screen(() => import('./patients/Emergency.tsx'));
export const emergencies = screen(() => import('./Emergencies.tsx'));
export const safety = screen(() => import('./Safety.tsx'));
export const handInPage = screen(() => import('./HandIn.tsx'));
export const devices = screen(() => import('./Devices.tsx'));
export const status = screen(() => import('./Status.tsx'));
export const help = screen(() => import('./help/Help.tsx'));
export const me = screen(() => import('./Me.tsx'));
export const scoreList = screen(() => import('./scores/ScoreList.tsx'));
export const score = screen(() => import('./scores/Score.tsx'));
export const patientScores = screen(() => import('./scores/PatientScores.tsx'));
export const reference = screen(() => import('./reference/Reference.tsx'));
export const referenceEntry = screen(() => import('./reference/ReferenceEntry.tsx'));
export const palette = screen(() => import('./Palette.tsx'));

/**
 * Fetches every screen at the start, while somebody signs in: no tap waits for code, a network that goes a moment later is not missed, and a
 * window opened before an update never asks for a file that is gone. What fails is fetched again when it is opened. The clinical rules are not
 * among them: they come when a score is asked for (the service worker has stored them).
 */
export function fetchScreens(): void {
  void Promise.allSettled(
    [
      admission,
      duplicate,
      patientForms,
      allergyForms,
      lists,
      entry,
      ofPatient,
      attention,
      mend,
      wards,
      accountScreens,
      summary,
      aiSettings,
      auditPage,
      looks,
      safety,
      handInPage,
      devices,
      status,
      help,
      me,
      scoreList,
      score,
      patientScores,
      reference,
      referenceEntry,
      palette,
    ].map((load) => load()),
  );
}
