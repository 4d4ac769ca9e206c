const GRAVE = new Set(['high', 'critical']);

interface Advice {
  severity?: string;
  fixAvailable?: unknown;
}

/** What `npm audit --json` said: what must be dealt with, and what is only told. Null when no answer was given at all. */
export function auditFindings(json: string): { grave: string[]; told: string[] } | null {
  let said: { vulnerabilities?: Record<string, Advice>; metadata?: unknown };
  try {
    said = JSON.parse(json) as typeof said;
  } catch {
    return null;
  }
  if (said === null || typeof said !== 'object' || !said.vulnerabilities || !said.metadata) return null;
  const lines = Object.entries(said.vulnerabilities).map(([name, { severity = 'unknown', fixAvailable }]) => ({
    grave: GRAVE.has(severity),
    line: `${name}: ${severity}${fixAvailable ? ', a mended version is there' : ', no mended version yet'}`,
  }));
  const of = (grave: boolean) => lines.filter((one) => one.grave === grave).map(({ line }) => line);
  return { grave: of(true), told: of(false) };
}
