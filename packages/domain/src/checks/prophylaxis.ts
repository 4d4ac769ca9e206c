import { calculate } from '../clinical/calculator.ts';
import { isRefusal } from '../clinical/refusal.ts';
import { antibioticRedose } from '../clinical/theatre/antibiotic_redose.ts';
import { antibioticTiming } from '../clinical/theatre/antibiotic_timing.ts';
import { PROPHYLAXIS } from '../clinical/theatre/antibiotics.ts';
import type { PrescribingReference } from './drug-reference.ts';
import type { FindingSeverity } from './finding.ts';
import { drugNamed } from './names.ts';

export interface Prophylaxis {
  /** As written: `cefazolin`. */
  antibiotic: string;
  /** Instants as ISO 8601 with zone; null: not recorded. */
  started_at: string | null;
  incision_at: string | null;
  /** The end of the operation, or the present while it lasts. */
  now: string | null;
  /** Since the last dose, in mL. */
  blood_loss_ml: number | null;
}

export interface ProphylaxisFinding {
  code: 'prophylaxis.timing' | 'prophylaxis.redose' | 'prophylaxis.not_checked';
  severity: FindingSeverity;
  say: string;
  source: string;
}

const SOURCE = 'ASHP/IDSA/SIS/SHEA guideline on antimicrobial prophylaxis in surgery 2013';

/**
 * The antibiotic before an incision: begun in its window, and due again during a long operation or after heavy loss. What is not recorded is said.
 * @returns nothing where all is in time.
 */
export function checkProphylaxis(
  { antibiotic, started_at, incision_at, now, blood_loss_ml }: Prophylaxis,
  reference: Pick<PrescribingReference, 'drugs'>,
): ProphylaxisFinding[] {
  const unchecked = (why: string): ProphylaxisFinding => ({
    code: 'prophylaxis.not_checked',
    severity: 'note',
    say: `Not checked: ${why}.`,
    source: SOURCE,
  });
  const drug = drugNamed(antibiotic, reference)?.id;
  if (drug === undefined || !Object.hasOwn(PROPHYLAXIS.values, drug))
    return [unchecked('the rule for prophylaxis has no antibiotic of exactly this name')];
  if (started_at === null) return [unchecked('when the antibiotic was begun is not recorded')];
  const found: ProphylaxisFinding[] = [];
  if (incision_at === null) found.push(unchecked('the time of the incision is not recorded'));
  else {
    const timing = calculate(antibioticTiming, { drug, startedAt: started_at, incisionAt: incision_at });
    if (isRefusal(timing)) found.push(unchecked('the times cannot be read'));
    else if (timing.status !== 'ok') {
      const minutes = Number(timing.minutesBefore);
      const say =
        timing.status === 'after_incision'
          ? `Begun ${-minutes} min after the incision.`
          : `Begun ${minutes} min before the incision; the window is ${String(timing.windowMinutes)} min.`;
      found.push({ code: 'prophylaxis.timing', severity: 'warn', say, source: SOURCE });
    }
  }
  if (now === null) return found;
  if (blood_loss_ml === null) found.push(unchecked('the blood loss is not recorded; only the interval counts'));
  const redose = calculate(antibioticRedose, { drug, lastDoseAt: started_at, now, bloodLossMl: blood_loss_ml ?? 0 });
  if (isRefusal(redose)) found.push(unchecked('the next dose: the times contradict each other'));
  else if (redose.due === true) {
    const why =
      redose.reason === 'blood_loss' ? 'more than 1500 mL of blood is lost' : `${String(redose.intervalHours)} h have passed`;
    found.push({ code: 'prophylaxis.redose', severity: 'warn', say: `The next dose is due: ${why}.`, source: SOURCE });
  }
  return found;
}
