import { EXIT, type Io, Told } from './cli/command.ts';
import { progressOn } from './cli/progress.ts';
import { runLine } from './cli/run.ts';

const stop = new AbortController();

const io: Io = {
  say: (line) => void process.stdout.write(`${line}\n`),
  note: (line) => void process.stderr.write(`${line}\n`),
  env: process.env,
  signal: stop.signal,
  progress: (title) => progressOn(process.stderr, title),
};

/** The first Ctrl-C lets the command clean up; the second ends it at once. */
function hearSignals(): void {
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (stop.signal.aborted) process.exit(EXIT.stopped);
      stop.abort(new Told('Stopped.', { exit: EXIT.stopped }));
    });
  }
}

/** A reader that went away (`psa export | head`) has read enough. */
process.stdout.on('error', () => process.exit(EXIT.stopped));

runLine(process.argv.slice(2), io, (owned) => {
  if (!owned) hearSignals();
}).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    // A sentence, no stack trace: what else is there to know is in the log of the server.
    io.note(error instanceof Error ? error.message : String(error));
    process.exitCode = stop.signal.aborted ? EXIT.stopped : error instanceof Told ? error.exit : EXIT.failed;
  },
);
