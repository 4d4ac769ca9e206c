/** How far something is: counts of whatever the work consists of. */
export interface Progress {
  to(done: number, of: number): void;
  /** Takes the bar away, or says that it is done. */
  end(): void;
}

/** Cells of the bar. */
const CELLS = 30;
/** Between two drawings of the bar. */
const DRAW_MS_MIN = 100;

interface Stream {
  isTTY?: boolean;
  write(text: string): unknown;
}

/** A bar that is drawn over itself on a terminal; elsewhere, as in a log, one line at each tenth. */
export function progressOn(stream: Stream, title: string, now: () => number = () => performance.now()): Progress {
  return stream.isTTY ? bar(stream, title, now) : lines(stream, title);
}

function bar(stream: Stream, title: string, now: () => number): Progress {
  let drawnAt = Number.NEGATIVE_INFINITY;
  return {
    to(done, of) {
      if (now() - drawnAt < DRAW_MS_MIN && done < of) return;
      drawnAt = now();
      const share = of > 0 ? Math.min(1, done / of) : 1;
      const full = Math.round(share * CELLS);
      const percent = String(Math.floor(share * 100)).padStart(3);
      stream.write(`\r\x1b[K${title}  [${'#'.repeat(full)}${'.'.repeat(CELLS - full)}] ${percent} %`);
    },
    end: () => void stream.write('\r\x1b[K'),
  };
}

function lines(stream: Stream, title: string): Progress {
  let told = 0;
  return {
    to(done, of) {
      const tenths = of > 0 ? Math.min(10, Math.floor((10 * done) / of)) : 10;
      if (tenths > told && tenths < 10) stream.write(`${title}: ${tenths * 10} %\n`);
      told = Math.max(told, tenths);
    },
    end: () => undefined,
  };
}
