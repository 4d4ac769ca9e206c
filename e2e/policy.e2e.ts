import { openPatient, register, sent, signIn, visit } from './kit/app.ts';
import { expect, test } from './kit/test.ts';

const OF_EVERYBODY = [
  '/',
  '/patients',
  '/patients/new',
  '/wards',
  '/attention',
  '/lists',
  '/me',
  '/safety',
  '/hand-in',
  '/scores',
];
const OF_ADMINISTRATORS = ['/accounts', '/devices', '/audit', '/ai-settings', '/lists/wards/new'];

test('no screen needs what its policy forbids', async ({ hospital, unpack }) => {
  const [ward, office] = await Promise.all([unpack('ward'), unpack('office')]);
  await Promise.all([signIn(ward, 'doctor'), signIn(office, 'admin')]);
  await register(ward, { Surname: 'Policy', 'First name': 'Ada', 'Hospital number': 'PS-8101' });
  await sent(ward);
  const patient = new URL(ward.page.url()).pathname;
  const own = ['', '/edit', '/admit', '/scores', '/record/vital_signs/new', '/record/wound_care_records/new'];
  for (const path of [...OF_EVERYBODY, ...own.map((rest) => patient + rest)]) await visit(ward, path);
  for (const path of OF_ADMINISTRATORS) await visit(office, path);
  await office.page.goto(`${hospital.url}/api/docs`);
  await expect(office.page.getByRole('heading', { level: 1 })).toHaveCSS('font-size', '22px');
  // That nothing was stopped on the way is looked at by the kit, after every test.
});

test('a script that somebody managed to write into a page does not run, and sends nothing elsewhere', async ({ unpack }) => {
  const a = await unpack('tablet A');
  await signIn(a, 'doctor');
  await register(a, { Surname: 'Injected', 'First name': '<img src=x onerror="window.ran=1">', 'Hospital number': 'PS-8102' });
  await sent(a);
  await openPatient(a, 'Injected');
  expect(a.violations, 'what a person types is text').toEqual([]);
  const ran = await a.page.evaluate(async () => {
    const main = document.querySelector('main') as HTMLElement;
    main.insertAdjacentHTML('beforeend', '<img src="data:," onerror="window.ran = 2"><p id="red" style="color: red">x</p>');
    for (const change of [{ textContent: 'window.ran = 3' }, { src: 'data:text/javascript,window.ran=4' }]) {
      main.append(Object.assign(document.createElement('script'), change));
    }
    const sentOut = await fetch('http://127.0.0.2:9/?secret').then(
      () => 'sent',
      () => 'stopped',
    );
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const red = getComputedStyle(document.getElementById('red') as HTMLElement).color === 'rgb(255, 0, 0)';
    return { ran: (window as { ran?: number }).ran ?? 0, red, sentOut };
  });
  expect(ran).toEqual({ ran: 0, red: false, sentOut: 'stopped' });
  const stopped = a.violations.splice(0).join('\n');
  for (const directive of ['script-src-attr', 'script-src', 'style-src-attr', 'connect-src']) {
    expect(stopped, directive).toContain(directive);
  }
});
