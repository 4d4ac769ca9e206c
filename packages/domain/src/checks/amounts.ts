/** Doses and frequencies as people write them, read only where they can mean one thing. Pure. */

/** One dose: in mg, or in mg for each kg. */
export interface Amount {
  mg: number;
  perKg: boolean;
}

const MG_PER: Readonly<Record<string, number>> = {
  mg: 1,
  milligram: 1,
  milligrams: 1,
  g: 1000,
  gram: 1000,
  grams: 1000,
  mcg: 0.001,
  microgram: 0.001,
  micrograms: 0.001,
  µg: 0.001,
  μg: 0.001,
  ug: 0.001,
};

// A comma parts thousands, as the form says; 0,5 and 1,5 are not read.
const NUMBER = String.raw`(?:[1-9]\d{0,2}(?:,\d{3})+|\d+)(?:\.\d+)?`;
const DOSE = new RegExp(String.raw`^(?:(${NUMBER})\s*(?:-|–|to)\s*)?(${NUMBER})\s*([a-zµμ]+)\s*(\/\s*kg)?$`, 'i');

const numberIn = (text: string): number => Number(text.replaceAll(',', ''));

/**
 * @param text `500 mg`, `1 g`, `250 micrograms`, `15 mg/kg`, `50-100 mg`
 * @returns the greatest dose it allows; null for what is not a mass, or can be read in two ways.
 */
export function readDose(text: string): Amount | null {
  const [, least, most, unit, perKg] = DOSE.exec(text.trim()) ?? [];
  if (most === undefined || unit === undefined) return null;
  const word = unit.toLowerCase();
  const factor = Object.hasOwn(MG_PER, word) ? MG_PER[word] : undefined;
  const amount = numberIn(most);
  if (factor === undefined || amount <= 0 || (least !== undefined && numberIn(least) > amount)) return null;
  return { mg: amount * factor, perKg: perKg !== undefined };
}

/** Doses in a day by the words in use; a single dose counts as one. */
const PER_DAY: Readonly<Record<string, number>> = {
  stat: 1,
  once: 1,
  'once only': 1,
  'single dose': 1,
  od: 1,
  daily: 1,
  'once daily': 1,
  'once a day': 1,
  'every day': 1,
  'every morning': 1,
  'every night': 1,
  mane: 1,
  nocte: 1,
  'in the morning': 1,
  'at night': 1,
  bd: 2,
  bid: 2,
  'twice daily': 2,
  'twice a day': 2,
  tds: 3,
  tid: 3,
  'three times daily': 3,
  'three times a day': 3,
  qds: 4,
  qid: 4,
  'four times daily': 4,
  'four times a day': 4,
  weekly: 1 / 7,
  'once weekly': 1 / 7,
  'once a week': 1 / 7,
};

const EVERY = /^(?:every|q)\s*(\d+)(?:\s*(?:-|–|to)\s*\d+)?\s*(?:h|hr|hrs|hour|hours)$/;
const HOURLY = /^(\d+)(?:\s*(?:-|–|to)\s*\d+)?[\s-]*(?:hourly|hrly)$/;
const TIMES = /^(\d+)\s*(?:x|times)\s*(?:a day|daily|per day)$/;
const WHEN_NEEDED = /[\s,]*\(?(?:when needed|as needed|when required|prn)\)?$/;

/**
 * @param text `every 8 hours`, `8-hourly`, `tds`, `3 times a day`, `every 4-6 h when needed`
 * @returns the most doses that it allows in 24 hours; null when it cannot be read.
 */
export function readFrequency(text: string): number | null {
  const said = text.trim().toLowerCase().replaceAll('.', '').replace(/\s+/g, ' ').replace(WHEN_NEEDED, '');
  if (Object.hasOwn(PER_DAY, said)) return PER_DAY[said] ?? null;
  const hours = Number((EVERY.exec(said) ?? HOURLY.exec(said))?.[1]);
  if (hours >= 1 && hours <= 168) return 24 / hours;
  const times = Number(TIMES.exec(said)?.[1]);
  return times >= 1 && times <= 24 ? times : null;
}
