// Of what the project is made, and whether it may be used:
//   npm run supply              licences, secrets in the repository, known faults (asks the registry; says so when it does not answer)
//   npm run -s supply -- --sbom   the list of all packages that are handed out, CycloneDX JSON, to standard output
// Exit code 1 when something must be dealt with.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { auditFindings } from './supply/audit.ts';
import { licenceProblems } from './supply/licences.ts';
import { secretsIn } from './supply/secrets.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** The registry may be out of reach: a ward's own machine often has no way out. */
const AUDIT_MS_MAX = 20_000;
const say = (line: string) => process.stdout.write(`${line}\n`);
const run = (command: string, args: readonly string[], timeout?: number) =>
  spawnSync(command, [...args], { cwd: ROOT, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024, timeout });

function sbom(): number {
  const { stdout, stderr, status } = run('npm', ['sbom', '--sbom-format=cyclonedx', '--sbom-type=application', '--omit=dev']);
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  return status ?? 1;
}

function checks(): number {
  let wrong = 0;
  const tell = (what: string, found: readonly string[]) => {
    say(`${found.length === 0 ? 'ok    ' : 'WRONG '} ${what}`);
    for (const line of found) say(`         ${line}`);
    wrong += found.length;
  };
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Parameters<typeof licenceProblems>[0];
  };
  tell(`licences of ${Object.keys(lock.packages).length} packages`, licenceProblems(lock.packages));
  const files = run('git', ['ls-files', '-z'])
    .stdout.split('\0')
    .filter((path) => path !== '');
  const secrets = files.flatMap((path) => {
    const bytes = readFileSync(join(ROOT, path));
    return secretsIn(path, bytes.includes(0) ? undefined : bytes.toString('utf8'));
  });
  tell(`secrets in ${files.length} files`, secrets);
  const found = auditFindings(run('npm', ['audit', '--json', '--omit=dev'], AUDIT_MS_MAX).stdout ?? '');
  if (found) {
    tell('known faults of packages (high and critical)', found.grave);
    for (const line of found.told) say(`told     ${line}`);
  } else say('UNKNOWN known faults of packages: the registry did not answer; ask again where it does');
  return wrong === 0 ? 0 : 1;
}

process.exitCode = process.argv.includes('--sbom') ? sbom() : checks();
