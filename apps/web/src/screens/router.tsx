import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import {
  accountScreens,
  admission,
  aiSettings,
  allergyForms,
  attention,
  auditPage,
  devices,
  duplicate,
  emergencies,
  emergency,
  entry,
  handInPage,
  help,
  lists,
  looks,
  me,
  mend,
  ofPatient,
  patientForms,
  reference,
  referenceEntry,
  safety,
  score,
  scoreList,
  status,
  summary,
  wards,
} from './later.ts';
import { NotFound, ScreenFailed } from './NotFound.tsx';
import { PatientFrame } from './patients/PatientFrame.tsx';
import { PatientPage } from './patients/PatientPage.tsx';
import { Patients } from './patients/Patients.tsx';
import { Shell } from './Shell.tsx';
import { Today } from './Today.tsx';

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });
const today = createRoute({ getParentRoute: () => root, path: '/', component: Today });

const patients = createRoute({ getParentRoute: () => root, path: '/patients', component: Patients });
const patientNew = createRoute({
  getParentRoute: () => patients,
  path: '/new',
  component: lazyRouteComponent(patientForms, 'RegisterPatient'),
});
const patient = createRoute({ getParentRoute: () => patients, path: '/$patientId', component: PatientFrame });
const patientIndex = createRoute({ getParentRoute: () => patient, path: '/', component: PatientPage });
const patientEdit = createRoute({
  getParentRoute: () => patient,
  path: '/edit',
  component: lazyRouteComponent(patientForms, 'EditPatient'),
});
const patientDuplicate = createRoute({
  getParentRoute: () => patient,
  path: '/duplicate/$match',
  component: lazyRouteComponent(duplicate, 'Duplicate'),
});
const admit = createRoute({ getParentRoute: () => patient, path: '/admit', component: lazyRouteComponent(admission, 'Admit') });
const transfer = createRoute({
  getParentRoute: () => patient,
  path: '/transfer',
  component: lazyRouteComponent(admission, 'Transfer'),
});
const discharge = createRoute({
  getParentRoute: () => patient,
  path: '/discharge',
  component: lazyRouteComponent(admission, 'Discharge'),
});
const clerking = createRoute({
  getParentRoute: () => patient,
  path: '/stay',
  component: lazyRouteComponent(admission, 'EditStay'),
});
const draftSummary = createRoute({
  getParentRoute: () => patient,
  path: '/summary',
  component: lazyRouteComponent(summary, 'DraftSummary'),
});
const allergyNew = createRoute({
  getParentRoute: () => patient,
  path: '/allergies/new',
  component: lazyRouteComponent(allergyForms, 'AddAllergy'),
});
const allergy = createRoute({
  getParentRoute: () => patient,
  path: '/allergies/$allergyId',
  component: lazyRouteComponent(allergyForms, 'EndAllergy'),
});

const emergencyOf = createRoute({
  getParentRoute: () => patient,
  path: '/emergency',
  component: lazyRouteComponent(emergency, 'Emergency'),
});
const emergencyList = createRoute({
  getParentRoute: () => root,
  path: '/emergencies',
  component: lazyRouteComponent(emergencies, 'Emergencies'),
});
const patientKind = createRoute({
  getParentRoute: () => patient,
  path: '/record/$kind',
  component: lazyRouteComponent(ofPatient, 'KindOfPatient'),
});
const patientKindNew = createRoute({
  getParentRoute: () => patient,
  path: '/record/$kind/new',
  component: lazyRouteComponent(ofPatient, 'NewOfPatient'),
});

const patientEntry = createRoute({
  getParentRoute: () => patient,
  path: '/record/$kind/$id',
  component: lazyRouteComponent(entry, 'OneOfPatient'),
});

const patientScoreList = createRoute({
  getParentRoute: () => patient,
  path: '/scores',
  component: lazyRouteComponent(scoreList, 'ScoresOfPatient'),
});
const patientScore = createRoute({
  getParentRoute: () => patient,
  path: '/scores/$id',
  component: lazyRouteComponent(score, 'ScoreOfPatient'),
});

const scores = createRoute({ getParentRoute: () => root, path: '/scores', component: lazyRouteComponent(scoreList, 'Scores') });
const scoreOne = createRoute({
  getParentRoute: () => root,
  path: '/scores/$id',
  component: lazyRouteComponent(score, 'Score'),
});
const board = createRoute({ getParentRoute: () => root, path: '/wards', component: lazyRouteComponent(wards, 'WardBoard') });
const needs = createRoute({
  getParentRoute: () => root,
  path: '/attention',
  component: lazyRouteComponent(attention, 'AttentionPage'),
});
const mending = createRoute({
  getParentRoute: () => root,
  path: '/attention/$group',
  component: lazyRouteComponent(mend, 'Mend'),
});
const listsRoute = createRoute({ getParentRoute: () => root, path: '/lists', component: lazyRouteComponent(lists, 'Lists') });
const list = createRoute({ getParentRoute: () => root, path: '/lists/$kind', component: lazyRouteComponent(lists, 'ListOf') });
const listNew = createRoute({
  getParentRoute: () => root,
  path: '/lists/$kind/new',
  component: lazyRouteComponent(lists, 'NewOf'),
});
const listRow = createRoute({
  getParentRoute: () => root,
  path: '/lists/$kind/$id',
  component: lazyRouteComponent(entry, 'OneOf'),
});
const accounts = createRoute({
  getParentRoute: () => root,
  path: '/accounts',
  component: lazyRouteComponent(accountScreens, 'Accounts'),
});
const model = createRoute({
  getParentRoute: () => root,
  path: '/ai-settings',
  component: lazyRouteComponent(aiSettings, 'AiSettings'),
});
const auditRoute = createRoute({
  getParentRoute: () => root,
  path: '/audit',
  component: lazyRouteComponent(auditPage, 'AuditPage'),
});
const looksRoute = createRoute({
  getParentRoute: () => patient,
  path: '/looks',
  component: lazyRouteComponent(looks, 'Looks'),
});
const safetyRoute = createRoute({
  getParentRoute: () => root,
  path: '/safety',
  component: lazyRouteComponent(safety, 'Safety'),
});
const handInRoute = createRoute({
  getParentRoute: () => root,
  path: '/hand-in',
  component: lazyRouteComponent(handInPage, 'HandIn'),
});
const devicesRoute = createRoute({
  getParentRoute: () => root,
  path: '/devices',
  component: lazyRouteComponent(devices, 'Devices'),
});
const statusRoute = createRoute({
  getParentRoute: () => root,
  path: '/status',
  component: lazyRouteComponent(status, 'Status'),
});
const referenceRoute = createRoute({
  getParentRoute: () => root,
  path: '/reference',
  component: lazyRouteComponent(reference, 'Reference'),
});
const referenceList = createRoute({
  getParentRoute: () => root,
  path: '/reference/$kind',
  component: lazyRouteComponent(reference, 'ReferenceList'),
});
const referenceOne = createRoute({
  getParentRoute: () => root,
  path: '/reference/$kind/$key',
  component: lazyRouteComponent(referenceEntry, 'ReferenceEntry'),
});
const helpRoute = createRoute({ getParentRoute: () => root, path: '/help', component: lazyRouteComponent(help, 'Help') });
const helpPage = createRoute({
  getParentRoute: () => root,
  path: '/help/$page',
  component: lazyRouteComponent(help, 'HelpPage'),
});
const meRoute = createRoute({ getParentRoute: () => root, path: '/me', component: lazyRouteComponent(me, 'Me') });

const tree = root.addChildren([
  today,
  patients.addChildren([
    patientNew,
    patient.addChildren([
      patientIndex,
      looksRoute,
      emergencyOf,
      patientEdit,
      patientDuplicate,
      admit,
      transfer,
      discharge,
      clerking,
      draftSummary,
      allergyNew,
      allergy,
      patientKind,
      patientKindNew,
      patientEntry,
      patientScoreList,
      patientScore,
    ]),
  ]),
  board,
  scores,
  scoreOne,
  needs,
  mending,
  listsRoute,
  list,
  listNew,
  listRow,
  accounts,
  model,
  auditRoute,
  safetyRoute,
  handInRoute,
  devicesRoute,
  statusRoute,
  referenceRoute,
  referenceList,
  referenceOne,
  helpRoute,
  helpPage,
  emergencyList,
  meRoute,
]);

export const router = createRouter({
  routeTree: tree,
  defaultPreload: 'intent',
  scrollRestoration: false,
  defaultErrorComponent: ScreenFailed,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
