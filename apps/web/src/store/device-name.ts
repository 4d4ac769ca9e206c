import { ProblemError } from '@psa/domain';

const NAME_MAX = 100;

const BROWSERS: readonly [RegExp, string][] = [
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\//, 'Firefox'],
  [/Chrome\//, 'Chrome'],
  [/Safari\//, 'Safari'],
];
const SYSTEMS: readonly [RegExp, string][] = [
  [/Android/, 'Android'],
  [/iPad/, 'iPad'],
  [/iPhone/, 'iPhone'],
  [/Windows/, 'Windows'],
  [/Macintosh/, 'Mac'],
  [/CrOS/, 'Chromebook'],
  [/Linux/, 'Linux'],
];
const first = (list: readonly [RegExp, string][], agent: string, otherwise: string): string =>
  list.find(([pattern]) => pattern.test(agent))?.[1] ?? otherwise;

/** A name to start with, until somebody gives the browser a better one: `Chrome on Android, 3f2a`. */
export function firstDeviceName(userAgent: string, deviceId: string): string {
  return `${first(BROWSERS, userAgent, 'Browser')} on ${first(SYSTEMS, userAgent, 'a computer')}, ${deviceId.slice(-4)}`;
}

/** A name as it is kept. Throws INVALID naming `name` when it is empty or too long. */
export function cleanDeviceName(name: string): string {
  const plain = name.trim();
  const say = plain === '' ? 'Give this device a name.' : plain.length > NAME_MAX ? `At most ${NAME_MAX} characters.` : null;
  if (say !== null) throw new ProblemError('INVALID', { fields: { name: say } });
  return plain;
}
