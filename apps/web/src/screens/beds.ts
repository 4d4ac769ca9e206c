/** Who lies where. Pure: made from wards and admissions as they are shown. */

interface WardLike {
  id: string;
  name: string;
  code: string;
  beds: string[] | null;
  is_active: boolean;
}
interface StayLike {
  id: string;
  patient_id: string;
  ward_id: string | null;
  bed_number: string | null;
  status: string;
}

interface BedState<S> {
  bed: string;
  /** The bed is not in the ward's list. */
  extra: boolean;
  /** Normally one; more when two devices filled a bed apart and it is not settled. */
  stays: S[];
}

export interface WardState<W, S> {
  ward: W;
  beds: BedState<S>[];
  /** Patients of the ward who have no bed. */
  unplaced: S[];
  occupied: number;
  free: number;
}

export interface Board<W, S> {
  wards: WardState<W, S>[];
  /** Open stays without a ward, or in a ward this device does not know. */
  nowhere: S[];
  inpatients: number;
}

/** The board of all wards in use (and of closed ones in which somebody lies), by name with numbers in their order. */
export function boardOf<W extends WardLike, S extends StayLike>(wards: readonly W[], stays: readonly S[]): Board<W, S> {
  const byWard = new Map<string, S[]>();
  const nowhere: S[] = [];
  const known = new Set(wards.map((w) => w.id));
  let inpatients = 0;
  for (const stay of stays) {
    if (stay.status !== 'Active') continue;
    inpatients++;
    if (!stay.ward_id || !known.has(stay.ward_id)) nowhere.push(stay);
    else byWard.set(stay.ward_id, [...(byWard.get(stay.ward_id) ?? []), stay]);
  }
  const states = wards
    .filter((w) => w.is_active || byWard.has(w.id))
    .sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }))
    .map((ward) => wardState(ward, byWard.get(ward.id) ?? []));
  return { wards: states, nowhere, inpatients };
}

function wardState<W extends WardLike, S extends StayLike>(ward: W, stays: readonly S[]): WardState<W, S> {
  const beds = new Map<string, BedState<S>>();
  for (const bed of ward.beds ?? []) beds.set(bed, { bed, extra: false, stays: [] });
  const unplaced: S[] = [];
  for (const stay of stays) {
    if (!stay.bed_number) {
      unplaced.push(stay);
      continue;
    }
    const place = beds.get(stay.bed_number) ?? { bed: stay.bed_number, extra: true, stays: [] };
    place.stays.push(stay);
    beds.set(place.bed, place);
  }
  const all = [...beds.values()];
  const free = all.filter((b) => b.stays.length === 0).length;
  return { ward, beds: all, unplaced, occupied: stays.length, free };
}
