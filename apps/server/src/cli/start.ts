import { command } from './command.ts';

export default command({
  usage: 'start [--demo]',
  about: `Finds or starts PostgreSQL, brings it up to date, and serves the app and its API until Ctrl-C or SIGTERM.
From a checkout, npm start also builds what has changed.`,
  options: { demo: { type: 'boolean', says: 'fills a realistic ward of 2,000 generated patients' } },
  ownsSignals: true,
  run: async ({ values }) => {
    const { serve } = await import('../serve.ts');
    serve(values.demo ? ['--demo'] : []);
    // The server ends the process itself.
    await new Promise<never>(() => undefined);
  },
});
