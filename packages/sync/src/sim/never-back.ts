import type { Copies, SimDevice } from './device.ts';
import { short } from './evidence.ts';

/** 7: within an epoch the cursor and the version of each record only go forward. */
export class NeverBack {
  private epoch: string | null = null;
  private cursor: number | null = null;
  private versions = new Map<string, number>();

  look(device: SimDevice, copies: Copies): string[] {
    const { disk } = device;
    if (disk.epoch !== this.epoch) {
      this.epoch = disk.epoch;
      this.cursor = null;
      this.versions = new Map();
      device.trulySeen.clear();
      device.lastSeen.clear();
    }
    const wrong: string[] = [];
    if (this.cursor !== null && (disk.cursor === null || disk.cursor < this.cursor)) {
      wrong.push(`device ${short(device.id)} went from ${this.cursor} back to ${disk.cursor}`);
    }
    this.cursor = disk.cursor;
    for (const [key, { version, row }] of copies) {
      const was = this.versions.get(key) ?? 0;
      // What is gone counts from when it left a scope that was dropped since.
      if (row !== null && version < was) wrong.push(`device ${short(device.id)}: ${key} went from v${was} back to v${version}`);
      this.versions.set(key, Math.max(was, version));
      device.trulySeen.set(key, Math.max(was, version));
    }
    return wrong;
  }
}
