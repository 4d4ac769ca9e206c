import { MemoryServerStore } from '../server/memory.ts';
import type { Entity, Oracle } from './oracle.ts';
import type { Random } from './random.ts';
import type { SimDatabase } from './server.ts';
import type { VirtualTime } from './time.ts';

/** The memory store with its insides open to the oracles. */
export class OpenMemoryStore extends MemoryServerStore {
  private lives: Oracle['lives'] = [{ epoch: this.life.epoch, commits: 0 }];

  /** A backup together with the lives it goes on from, which are counted here and not asked of the store. */
  saved(): (epoch: string, at: string) => void {
    const [backup, lives] = [this.backup(), this.lives];
    return (epoch, at) => {
      this.restore(backup, epoch, at);
      this.lives = [...lives, { epoch, commits: backup.commits.length }];
    };
  }

  entities(): Entity[] {
    return [...this.state.changes.values()];
  }

  oracle(facility: string): Oracle {
    return {
      head: this.state.heads.get(facility) ?? 0,
      epoch: this.state.life.epoch,
      rows: this.rows(facility),
      mutations: this.mutationLog(),
      quarantine: this.quarantineLog(),
      commits: this.commitLog(),
      entities: this.entities(),
      lives: this.lives,
    };
  }
}

/** A database in memory that can be restored from backups, and whose transactions may wait or die between decision and commit. */
export function memoryDatabase(
  facility: string,
  time: VirtualTime,
  newId: () => string,
  store: OpenMemoryStore = new OpenMemoryStore({ epoch: newId() }),
): SimDatabase {
  return {
    store,
    real: false,
    oracle: async () => store.oracle(facility),
    oracleNow: () => store.oracle(facility),
    backup: () => {
      const restore = store.saved();
      const at = new Date(time.now).toISOString();
      return () => restore(newId(), at);
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
