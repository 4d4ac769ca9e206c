/**
 * Pictures of the app, by one command: `npm run shots`. Starts a server of its own with the demonstration ward, opens each screen of shots.ts as a person
 * would, in light, dark and 360 px wide, and leaves the pictures in .cache/shots.
 *   npm run shots -- --only patient,wards    only these screens
 *   npm run shots -- --keep                  also renews those in the repository: the guide's, and the README's
 *   npm run shots -- --url http://…          of a server that runs already, with the ward and the accounts for trying out
 */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Browser, chromium } from '@playwright/test';
import { asPerson, hire } from '../e2e/kit/api.ts';
import { signIn, signOut, visit } from '../e2e/kit/app.ts';
import { freePort } from '../e2e/kit/port.ts';
import { ServerProcess } from '../e2e/kit/server.ts';
import { Tablet } from '../e2e/kit/tablet.ts';
import { BROWSER_ARGS, findBrowser } from './browser.ts';
import { disagree, registeredTwice, SCREENS, type Screen, type Shown, somebodyInBed } from './shots.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OUT = join(ROOT, '.cache', 'shots');
const IN_GUIDE = join(ROOT, 'docs', 'guide', 'pictures');
const IN_README = join(ROOT, 'docs', 'pictures', 'app.png');
/** A picture of the guide is fetched over a ward's network. */
const GUIDE_BYTES_MOST = 150_000;
const GUIDE_WIDTH = 960;
const WHOLE_HEIGHT = 1800;

const LOOKS = [
  { look: 'light', width: 1366, height: 768, colorScheme: 'light' },
  { look: 'dark', width: 1366, height: 768, colorScheme: 'dark' },
  { look: '360', width: 360, height: 768, colorScheme: 'light' },
] as const;
type Look = (typeof LOOKS)[number];

const say = (line: string) => process.stdout.write(`${line}\n`);
const fileOf = (screen: string, look: string) => join(OUT, `${screen}-${look}.png`);

async function take(tablet: Tablet, screen: Screen, shown: Shown, { look, width, height }: Look): Promise<void> {
  const { page } = tablet;
  // Pages scroll inside their frame: what is to be seen to its end needs a taller screen.
  await page.setViewportSize({ width, height: screen.whole ? WHOLE_HEIGHT : height });
  await visit(tablet, screen.path(shown));
  for (const [label, value] of Object.entries(screen.typed ?? {}))
    await page.getByRole('main').getByRole('textbox', { name: label }).first().fill(value);
  if (screen.shows) await page.getByRole('main').getByText(screen.shows).first().waitFor();
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: fileOf(screen.name, look) });
  say(`.cache/shots/${screen.name}-${look}.png`);
}

/** Takes every screen in one look: first as the doctor, then as the administrator. */
async function takeAll(tablet: Tablet, shown: Shown, screens: readonly Screen[], look: Look): Promise<void> {
  for (const person of ['doctor', 'admin'] as const) {
    const mine = screens.filter((screen) => screen.person === person);
    if (mine.length === 0) continue;
    await signIn(tablet, person);
    // In the first look somebody makes the conflict that all of them show.
    if (person === 'doctor' && look === LOOKS[0]) await disagree(tablet, await asPerson(tablet.url, 'nurse'), shown);
    for (const screen of mine) await take(tablet, screen, shown, look);
    await signOut(tablet);
  }
}

/** A smaller copy for the guide, as WebP, which a browser makes. */
async function keepInGuide(browser: Browser, png: Buffer, name: string): Promise<void> {
  const page = await browser.newPage();
  const url = await page.evaluate(
    async ({ source, width }) => {
      const image = new Image();
      image.src = source;
      await image.decode();
      const canvas = document.createElement('canvas');
      canvas.width = width;
      canvas.height = Math.round((image.height * width) / image.width);
      const context = canvas.getContext('2d');
      if (!context) throw new Error('This browser draws nothing.');
      context.imageSmoothingQuality = 'high';
      context.drawImage(image, 0, 0, canvas.width, canvas.height);
      return canvas.toDataURL('image/webp', 0.82);
    },
    { source: `data:image/png;base64,${png.toString('base64')}`, width: GUIDE_WIDTH },
  );
  await page.close();
  const file = join(IN_GUIDE, `${name}.webp`);
  writeFileSync(file, Buffer.from(url.slice(url.indexOf(',') + 1), 'base64'));
  const { size } = statSync(file);
  if (size > GUIDE_BYTES_MOST) throw new Error(`${file} has ${size} bytes, more than ${GUIDE_BYTES_MOST}.`);
  say(`docs/guide/pictures/${name}.webp, ${Math.round(size / 1000)} kB`);
}

/** The picture of the README: the page of a patient, wide and narrow, side by side. */
async function keepInReadme(browser: Browser): Promise<void> {
  const sheet = await browser.newPage({ viewport: { width: 1818, height: 832 } });
  const images = ['light', '360']
    .map((look) => readFileSync(fileOf('patient', look)).toString('base64'))
    .map((png) => `<img src="data:image/png;base64,${png}" height="768">`)
    .join('');
  await sheet.setContent(
    `<body style="margin:0;padding:32px;display:flex;gap:28px;background:#dfe5e1"><style>img{border-radius:10px;box-shadow:0 4px 24px #0003}</style>${images}</body>`,
  );
  await sheet.screenshot({ path: IN_README });
  say('docs/pictures/app.png');
}

/** Renews the pictures that are in the repository. */
async function keep(screens: readonly Screen[], executablePath: string): Promise<void> {
  mkdirSync(IN_GUIDE, { recursive: true });
  const browser = await chromium.launch({ executablePath, chromiumSandbox: process.getuid?.() !== 0, args: BROWSER_ARGS });
  try {
    for (const { name, inGuide } of screens) if (inGuide) await keepInGuide(browser, readFileSync(fileOf(name, 'light')), name);
    if (screens.some(({ name }) => name === 'patient')) await keepInReadme(browser);
  } finally {
    await browser.close();
  }
}

/** A server of its own with the demonstration ward, in a folder that is thrown away. */
async function withWard(work: (url: string) => Promise<void>): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'psa-shots-'));
  chmodSync(dataDir, 0o755);
  const port = await freePort();
  try {
    const server = await ServerProcess.start({ port, dataDir });
    try {
      const url = `http://127.0.0.1:${port}`;
      say('Making a ward of invented people');
      await hire(url);
      await (await asPerson(url, 'doctor'))('POST', '/api/trial/demo', {});
      await work(url);
    } finally {
      await server.stop();
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

const { values } = parseArgs({
  options: { only: { type: 'string' }, keep: { type: 'boolean' }, url: { type: 'string' } },
});
const wanted = values.only?.split(',');
const unknown = wanted?.filter((name) => !SCREENS.some((screen) => screen.name === name)) ?? [];
if (unknown.length > 0) {
  say(`There is no screen called ${unknown.join(', ')}. There are: ${SCREENS.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}
const screens = SCREENS.filter(({ name }) => wanted?.includes(name) ?? true);
const { path } = await findBrowser();
process.env.PSA_E2E_BROWSER = path;
mkdirSync(OUT, { recursive: true });

const shoot = async (url: string): Promise<void> => {
  const doctor = await asPerson(url, 'doctor');
  const { patientId } = await somebodyInBed(doctor);
  // The server needs a while to find them.
  const asked = screens.some(({ name }) => name === 'duplicate');
  const shown = { patientId, ...(asked ? await registeredTwice(doctor) : { twinId: patientId, matchId: '' }) };
  for (const look of LOOKS) {
    const tablet = await Tablet.unpack(`Ward tablet, ${look.look}`, url, look);
    try {
      await takeAll(tablet, shown, screens, look);
    } finally {
      await tablet.throwAway();
    }
  }
};
await (values.url ? shoot(values.url) : withWard(shoot));
if (values.keep) await keep(screens, path);
