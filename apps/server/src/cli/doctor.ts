import { exitOf, type Finding, judge, type Verdict } from '../doctor/judge.ts';
import { look } from '../doctor/look.ts';
import { runningUrls } from '../embedded/attach.ts';
import { command } from './command.ts';
import { withLogins } from './database.ts';

const SIGNS: Readonly<Record<Verdict, string>> = { ok: 'ok     ', warning: 'LOOK   ', fault: 'WRONG  ' };

export default command({
  usage: 'doctor [--json]',
  about: `Looks at this installation as the server would see it: versions, migrations, TLS to the database and how long its certificate is good,
clocks, room on the disks, connections, what a power cut would cost, extensions, passwords for trying out, who can read the keys, and how
old the backups and the last verified restore are. Says what to do. Changes nothing. For a monitor: run it hourly, look at the exit code.`,
  options: { json: { type: 'boolean', says: 'the findings as JSON' } },
  exits: { 0: 'all is well', 1: 'something should be looked at, or it could not look', 2: 'something is wrong' },
  run: ({ values }, io) =>
    withLogins(io, async ({ config, owner, embedded }) => {
      const home = config.database ? null : (runningUrls(config.dataDir)?.home ?? embedded?.home ?? null);
      const findings: Finding[] = judge(await look(config, owner, home));
      if (values.json) io.say(JSON.stringify(findings, null, 1));
      else
        for (const { verdict, say, advice } of findings) {
          io.say(`${SIGNS[verdict]}${say}`);
          if (advice !== undefined) io.say(`       → ${advice}`);
        }
      return exitOf(findings);
    }),
});
