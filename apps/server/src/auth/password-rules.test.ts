import { expect, test } from 'vitest';
import { passwordProblem } from './password-rules.ts';

const of = (password: string) => passwordProblem(password, 'ada.obi@unth.edu.ng');

test.each([
  'kettle marble onion',
  'correct horse staple',
  'sT7#kq09!vLx2',
  '鼠標鍵盤螢幕印表機桌子椅子電燈',
  `${'long '.repeat(30)}ones`,
])('%j is taken: no rule says which signs it must hold', (password) => expect(of(password)).toBeNull());

test.each(['', 'short', 'kettle marb', '🔥🔥🔥🔥🔥🔥'])('%j is too short', (password) =>
  expect(of(password)).toMatch(/^At least 12/),
);

test.each(['Ada.Obi@unth.edu.ng', 'my name is ada.obi 7'])('%j is the e-mail address', (password) =>
  expect(of(password)).toMatch(/e-mail/),
);

test.each([
  'password1234',
  'P@ssw0rd2026',
  'qwertyuiop[]',
  'aaaaaaaaaaaa',
  'abcabcabcabc',
  '123456789012',
  'iloveyou1234',
  'admin@123456',
  'unth12345678',
])('%j is guessed', (password) => expect(of(password)).toMatch(/first that somebody would try/));

test('a long one takes no longer to judge', () => {
  const started = performance.now();
  of('aB3$'.repeat(50));
  expect(performance.now() - started).toBeLessThan(5_000);
});
