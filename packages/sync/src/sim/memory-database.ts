import { MemoryServerStore } from '../server/memory.ts';
import { Follow, type FollowEnv } from '../server/memory-follow.ts';
import type { Oracle } from './oracle.ts';
import type { Random } from './random.ts';
import type { SimDatabase } from './server.ts';
import type { VirtualTime } from './time.ts';

export type { FollowEnv };

/** The memory store with its insides open to the oracles. */
export class OpenMemoryStore extends MemoryServerStore {
  private lives: Oracle['lives'] = [{ epoch: this.life.epoch, commits: 0 }];

  constructor(epoch: string, env: FollowEnv) {
    super({ epoch, follow: new Follow(env) });
  }

  /** A backup together with the lives it goes on from, which are counted here and not asked of the store. */
  saved(): (epoch: string, at: string) => void {
    const [backup, lives] = [this.backup(), this.lives];
    return (epoch, at) => {
      this.restore(backup, epoch, at);
      this.lives = [...lives, { epoch, commits: backup.commits.length }];
    };
  }

  /** Read only where it is looked at: a device is held against it at every step. */
  oracle(facility: string): Oracle {
    const store = this;
    return {
      head: this.state.heads.get(facility) ?? 0,
      epoch: this.state.life.epoch,
      get rows() {
        return store.rows(facility);
      },
      get mutations() {
        return store.mutationLog();
      },
      get quarantine() {
        return store.quarantineLog();
      },
      commits: this.state.commits,
      get entities() {
        return store.state.changes.values();
      },
      archived: this.state.archived,
      lives: this.lives,
    };
  }
}

/** A database in memory that can be restored from backups, and whose transactions may wait or die between decision and commit. */
export function memoryDatabase(
  facility: string,
  time: VirtualTime,
  env: FollowEnv,
  store: OpenMemoryStore = new OpenMemoryStore(env.newId(), env),
): SimDatabase {
  return {
    store,
    real: false,
    oracle: async () => store.oracle(facility),
    oracleNow: () => store.oracle(facility),
    archive: async (patient) => store.archive(facility, patient),
    backup: () => {
      const restore = store.saved();
      const at = new Date(time.now).toISOString();
      return () => restore(env.newId(), at);
    },
    overlap: (random: Random, percent: number, life: () => number) => {
      store.beforeCommit = async () => {
        if (!random.happens(percent)) return;
        const began = life();
        await time.nap(random.between(1, random.happens(20) ? 20_000 : 2000));
        if (life() !== began) throw new Error('the server died before the commit');
      };
    },
  };
}
