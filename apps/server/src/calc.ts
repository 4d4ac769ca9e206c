import { resolve } from 'node:path';
import { CALCULATORS } from '@psa/domain/clinical';
import { runVectors, type VectorFailure, type VectorFile } from '@psa/domain/clinical/vectors';
import { z } from 'zod';

export const CALC_USAGE = 'npm run -s psa -- calc FILE              runs a file of test vectors through the clinical rules';

const vectorFile = z.object({
  calculators: z.record(
    z.string(),
    z.object({
      vectors: z.array(z.object({ id: z.string(), input: z.unknown(), expected: z.record(z.string(), z.json()) })),
    }),
  ),
});

/** Where a path typed by a person leads: npm moves to the top of the repository before it runs a script. */
export const typed = (path: string, env: NodeJS.ProcessEnv): string => resolve(env.INIT_CWD ?? '.', path);

/**
 * Runs every vector and tells each that fails, then `N passed, N failed`.
 * @param read the content of the file, parsed as JSON
 * @returns whether all passed and every calculator named in the file is known
 * @throws ZodError when it is no file of vectors
 */
export function calc(read: unknown, say: (line: string) => void): boolean {
  const report = runVectors(CALCULATORS, vectorFile.parse(read) satisfies VectorFile);
  for (const failure of report.failed) say(told(failure));
  for (const id of report.unknown) say(`There is no calculator named ${id}.`);
  say(`${report.passed} passed, ${report.failed.length} failed`);
  return report.failed.length === 0 && report.unknown.length === 0;
}

const told = ({ calculator, vector, input, expected, got }: VectorFailure): string =>
  [
    `${calculator} ${vector}`,
    `  given    ${JSON.stringify(input)}`,
    `  expected ${JSON.stringify(expected)}`,
    `  got      ${JSON.stringify(got)}`,
  ].join('\n');
