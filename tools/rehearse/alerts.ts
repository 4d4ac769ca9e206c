import { join } from 'node:path';
import { PROJECT_DIR } from '../../apps/server/src/config.ts';
import { program, run } from './programs.ts';
import type { Rehearsal } from './rehearsal.ts';

/** The alert rules are read and tried by Prometheus's own tool. */
const rehearse: Rehearsal = async ({ say, check, figure }) => {
  const promtool = program('promtool', 'apt-get install prometheus');
  const at = (name: string) => join(PROJECT_DIR, 'deploy/prometheus', name);
  const checked = await run(promtool, ['check', 'rules', at('alerts.yml')]);
  say(checked.output.trim());
  check('the rules are read', checked.code === 0);
  figure('rules', Number(/(\d+) rules found/.exec(checked.output)?.[1] ?? 0));
  const tried = await run(promtool, ['test', 'rules', at('alerts.test.yml')]);
  check('each fires when it should, and not before', tried.code === 0, tried.code === 0 ? undefined : tried.output.trim());
};
export default rehearse;
