import type { AnyRow } from '@psa/domain';
import { mend, settleConflict, spoil } from './actions-attention.ts';
import { GROUPS_OF } from './actions-groups.ts';
import {
  addAllergy,
  admit,
  editPatient,
  editTwo,
  moveOrDischarge,
  register,
  registerShared,
  resolveAllergy,
  restore,
} from './actions-patients.ts';
import type { SimDevice } from './device.ts';
import { changeOf, newRow } from './forms.ts';
import { CORE, CORRECTED, KINDS_OF, type Theme } from './kinds.ts';
import { type Act, busyRow, retraction, type Scene, save } from './scene.ts';

export interface Surroundings {
  shared: readonly string[];
  themes: readonly Theme[];
  without: ReadonlySet<string>;
}

/** What one person does next on one device: looks at the screen, wishes something, saves. Nothing when there is nothing to do. */
export async function actOnce(device: SimDevice, tab: number, { shared, themes, without }: Surroundings): Promise<void> {
  const { random } = device;
  const screen = await device.look(tab);
  const seen = new Map<string, readonly AnyRow[]>();
  const s: Scene = {
    device,
    tab,
    random,
    actor: device.actor(),
    shared,
    themes,
    without,
    rows: async (kind) => {
      const known = seen.get(kind) ?? (await screen(kind));
      seen.set(kind, known);
      return known;
    },
  };
  const total = ACTIONS.reduce((sum, [weight]) => sum + weight, 0);
  let at = random.below(total);
  for (const [weight, act] of ACTIONS) {
    if (at < weight) return await act(s);
    at -= weight;
  }
}

/** Kinds that this day's people write. */
const kindsOf = (s: Scene): string[] =>
  s.themes
    .flatMap((theme): readonly string[] => KINDS_OF[theme])
    .filter((kind) => !s.without.has(kind) && s.device.knows(kind));

/** A new row of some kind of the day, by itself. */
const enter: Act = async (s) => {
  const kind = s.random.pick(kindsOf(s));
  const wish = kind === undefined ? null : await newRow(s, kind);
  if (wish) await save(s, [wish]);
};

/** Other values in some row of the day. */
const change: Act = async (s) => {
  const kind = s.random.pick(kindsOf(s)) ?? 'patients';
  const row = await busyRow(s, kind);
  if (row) await save(s, await changeOf(s, kind, row));
};

/** What the day's themes do step by step. */
const together: Act = async (s) => {
  const theme = s.random.pick(s.themes);
  const act = theme && s.random.pick(GROUPS_OF[theme]);
  if (act) await act(s);
};

const retract: Act = async (s) => {
  const kinds = s.random.happens(40) ? kindsOf(s) : CORE;
  const kind = s.random.pick(kinds) ?? 'patients';
  const row = await busyRow(s, kind);
  if (row && kind !== 'wards') await save(s, [retraction(kind, row)]);
};

const correct: Act = async (s) => {
  const kind = s.random.pick(kindsOf(s).filter((k) => CORRECTED.includes(k)));
  const row = kind === undefined ? undefined : await busyRow(s, kind);
  if (!row || kind === undefined) return;
  const given = Object.fromEntries(Object.entries(row).filter(([f, v]) => f.endsWith('_id') && typeof v === 'string'));
  const wish = await newRow(s, kind, given);
  if (wish) await save(s, [retraction(kind, row), wish]);
};

const ACTIONS: readonly [weight: number, act: Act][] = [
  [7, register],
  [5, registerShared],
  [24, editPatient],
  [7, editTwo],
  [4, addAllergy],
  [5, resolveAllergy],
  [4, admit],
  [6, moveOrDischarge],
  [6, retract],
  [4, restore],
  [14, settleConflict],
  [8, mend],
  [5, spoil],
  [9, enter],
  [16, change],
  [18, together],
  [3, correct],
];
