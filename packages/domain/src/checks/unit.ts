import { plasmaCompat } from '../clinical/blood/plasma_compat.ts';
import { rbcCompat } from '../clinical/blood/rbc_compat.ts';
import { calculate } from '../clinical/calculator.ts';
import { isRefusal } from '../clinical/refusal.ts';

type Component = 'Whole blood' | 'Packed red cells' | 'Platelets' | 'Fresh frozen plasma' | 'Cryoprecipitate';

/** Of what each component is made, as far as the groups matter. */
const MADE_OF: Readonly<Record<Component, { cells: boolean; plasma: boolean }>> = {
  'Whole blood': { cells: true, plasma: true },
  'Packed red cells': { cells: true, plasma: false },
  Platelets: { cells: false, plasma: true },
  'Fresh frozen plasma': { cells: false, plasma: true },
  Cryoprecipitate: { cells: false, plasma: true },
};

export interface UnitFit {
  /** `never`: red cells that meet ABO antibodies. `unusual`: not what one would choose, given for a reason. Null: something is not known. */
  fit: 'good' | 'unusual' | 'never' | null;
  say: string;
  source: string;
}

const SOURCE = 'AABB Technical Manual 2023';
const abo = (group: string): string => group.slice(0, -1);

const isComponent = (component: string): component is Component => Object.hasOwn(MADE_OF, component);

function fits(calculator: typeof rbcCompat | typeof plasmaCompat, recipient: string, donor: string): boolean | null {
  const result = calculate(calculator, { recipient, donor });
  return isRefusal(result) || typeof result.compatible !== 'boolean' ? null : result.compatible;
}

/**
 * A unit against the patient, by what the component is made of: red cells by ABO and D, plasma by ABO the other way round; platelets carry plasma
 * and, being D negative or not, a few red cells.
 * @param component as the transfusion names it
 * @param donor, patient `A+`, `O-` …; null: not known
 */
export function checkUnit(component: string, donor: string | null, patient: string | null): UnitFit {
  const of = (fit: UnitFit['fit'], say: string): UnitFit => ({ fit, say, source: SOURCE });
  if (!isComponent(component)) return of(null, 'Not checked: choose the component.');
  if (donor === null) return of(null, 'Not checked: the group of the unit is not entered.');
  const { cells, plasma } = MADE_OF[component];
  if (patient === null) {
    const say = cells
      ? 'Not checked: the group of the patient is not known; only O red cells.'
      : 'Not checked: the group of the patient is not known.';
    return of(null, say);
  }
  const red = fits(rbcCompat, patient, donor);
  const fluid = fits(plasmaCompat, abo(patient), abo(donor));
  if (red === null || fluid === null) return of(null, 'Not checked: these are no blood groups.');
  if (cells && !red) {
    // The same ABO fit without D: what remains is D positive for D negative, which is not haemolysis at once.
    const onlyD = fits(rbcCompat, `${abo(patient)}+`, `${abo(donor)}+`);
    return onlyD
      ? of('unusual', `${donor} red cells are D positive, the patient is ${patient}.`)
      : of('never', `${donor} red cells must never be given to ${patient}.`);
  }
  if (plasma && !fluid) return of('unusual', `The plasma of ${donor} carries antibodies against the red cells of ${patient}.`);
  if (component === 'Platelets' && donor.endsWith('+') && patient.endsWith('-'))
    return of('unusual', `Platelets of ${donor} carry a few D positive red cells; the patient is ${patient}.`);
  return of('good', `${component} of ${donor} fit ${patient}. The crossmatch and the check at the bedside stay.`);
}
