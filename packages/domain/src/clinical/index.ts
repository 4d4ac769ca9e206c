import { breachDeadline } from './administration/breach_deadline.ts';
import { phoneNg } from './administration/phone_ng.ts';
import { allowableBloodLoss } from './blood/allowable_blood_loss.ts';
import { genotype } from './blood/genotype.ts';
import { plasmaCompat } from './blood/plasma_compat.ts';
import { rbcCompat } from './blood/rbc_compat.ts';
import { transfusionThreshold } from './blood/transfusion_threshold.ts';
import { absi } from './burns/absi.ts';
import { baux } from './burns/baux.ts';
import { burnResuscitation } from './burns/burn_resuscitation.ts';
import { escharotomy } from './burns/escharotomy.ts';
import { lundBrowder } from './burns/lund_browder.ts';
import { maintenanceFluid } from './burns/maintenance_fluid.ts';
import { ruleOfNines } from './burns/rule_of_nines.ts';
import { urineOutput } from './burns/urine_output.ts';
import type { Calculator } from './calculator.ts';
import { flapAlert } from './flaps/flap_alert.ts';
import { flapSchedule } from './flaps/flap_schedule.ts';
import { graftTake } from './flaps/graft_take.ts';
import { bmi } from './general/bmi.ts';
import { braden } from './general/braden.ts';
import { bsa } from './general/bsa.ts';
import { caprini } from './general/caprini.ts';
import { gcs } from './general/gcs.ts';
import { ibw } from './general/ibw.ts';
import { map } from './general/map.ts';
import { must } from './general/must.ts';
import { news2 } from './general/news2.ts';
import { waterlow } from './general/waterlow.ts';
import { ckdEpi2021 } from './kidney/ckd_epi_2021.ts';
import { cockcroftGault } from './kidney/cockcroft_gault.ts';
import { schwartz } from './kidney/schwartz.ts';
import { anionGap } from './laboratory/anion_gap.ts';
import { correctedCalcium } from './laboratory/corrected_calcium.ts';
import { labFlag } from './laboratory/lab_flag.ts';
import { abpi } from './limb/abpi.ts';
import { sinbad } from './limb/sinbad.ts';
import { universityTexas } from './limb/university_texas.ts';
import { wagner } from './limb/wagner.ts';
import { wifi } from './limb/wifi.ts';
import { wifiIschaemia } from './limb/wifi_ischaemia.ts';
import { allergyCheck } from './medicines/allergy_check.ts';
import { doseMgkg } from './medicines/dose_mgkg.ts';
import { interactionCheck } from './medicines/interaction_check.ts';
import { localAnaesthetic } from './medicines/local_anaesthetic.ts';
import { tumescent } from './medicines/tumescent.ts';
import { clavienDindo } from './outcomes/clavien_dindo.ts';
import { lahshal } from './outcomes/lahshal.ts';
import { posas } from './outcomes/posas.ts';
import { vss } from './outcomes/vss.ts';
import { antibioticRedose } from './theatre/antibiotic_redose.ts';
import { antibioticTiming } from './theatre/antibiotic_timing.ts';
import { asaClass } from './theatre/asa_class.ts';
import { fasting } from './theatre/fasting.ts';
import { whoChecklist } from './theatre/who_checklist.ts';
import { areaReduction } from './wounds/area_reduction.ts';
import { bwat } from './wounds/bwat.ts';
import { healingTrajectory } from './wounds/healing_trajectory.ts';
import { npiapStage } from './wounds/npiap_stage.ts';
import { push } from './wounds/push.ts';
import { ssiClass } from './wounds/ssi_class.ts';
import { woundArea } from './wounds/wound_area.ts';
import { woundBed } from './wounds/wound_bed.ts';

export type { Band, Calculator, Level, OutputSpec, Result, Signatory } from './calculator.ts';
export { calculate, explain, SYSTEMS } from './calculator.ts';
export { isNeeded, readInstant } from './check.ts';
export type * from './input.ts';
export { isRefusal, type Refusal, type RefusalCode } from './refusal.ts';

const LIST: readonly Calculator[] = [
  whoChecklist,
  asaClass,
  caprini,
  braden,
  waterlow,
  must,
  news2,
  gcs,
  lundBrowder,
  ruleOfNines,
  burnResuscitation,
  maintenanceFluid,
  urineOutput,
  baux,
  absi,
  escharotomy,
  push,
  bwat,
  woundArea,
  areaReduction,
  woundBed,
  healingTrajectory,
  ssiClass,
  npiapStage,
  wagner,
  universityTexas,
  wifi,
  wifiIschaemia,
  sinbad,
  abpi,
  flapSchedule,
  flapAlert,
  graftTake,
  vss,
  posas,
  clavienDindo,
  lahshal,
  ckdEpi2021,
  cockcroftGault,
  schwartz,
  bmi,
  bsa,
  ibw,
  correctedCalcium,
  anionGap,
  map,
  localAnaesthetic,
  tumescent,
  allowableBloodLoss,
  transfusionThreshold,
  rbcCompat,
  plasmaCompat,
  fasting,
  antibioticTiming,
  antibioticRedose,
  phoneNg,
  genotype,
  breachDeadline,
  labFlag,
  doseMgkg,
  allergyCheck,
  interactionCheck,
];

/** Every clinical rule by its id, in the order of the contract. */
export const CALCULATORS: Readonly<Record<string, Calculator>> = Object.fromEntries(LIST.map((one) => [one.id, one]));

/** @returns undefined when there is no such rule. */
export const calculatorOf = (id: string): Calculator | undefined =>
  Object.hasOwn(CALCULATORS, id) ? CALCULATORS[id] : undefined;
