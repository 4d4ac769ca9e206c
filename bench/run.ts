/** `npm run bench -- <name>`: prints JSON on standard output, progress on standard error. */
const BENCHES: Readonly<Record<string, () => Promise<object>>> = {
  'first-sync': async () => (await import('./first-sync.ts')).benchFirstSync(),
  parts: async () => (await import('./parts.ts')).benchParts(),
  api: async () => (await import('./api.ts')).benchApi(),
  search: async () => (await import('./search.ts')).benchSearch(),
  peers: async () => (await import('./peers.ts')).benchPeers(),
  devices: async () => (await import('./devices.ts')).benchDevices(),
  load: async () => (await import('./load.ts')).benchLoad(),
  propagation: async () => (await import('./propagation.ts')).benchPropagation(),
};

const wanted = process.argv[2] ?? '';
const bench = Object.hasOwn(BENCHES, wanted) ? BENCHES[wanted] : undefined;
if (!bench) {
  process.stderr.write(`Which one? ${Object.keys(BENCHES).join(', ')}\n`);
  process.exit(1);
}
process.stdout.write(`${JSON.stringify(await bench(), null, 2)}\n`);

export {};
