import { expect, test } from 'vitest';
import { checkServerVersion } from './db/migrate.ts';
import { databaseFailure } from './start-failure.ts';

const failed = (code: string, message = 'it failed') =>
  databaseFailure(Object.assign(new Error(message), { code }), 'db:5432/psa');

test.each([
  ['ECONNREFUSED', '', /No PostgreSQL answers at db:5432; start it/],
  ['ENOTFOUND', '', /host of db:5432 is not known/],
  ['ETIMEDOUT', '', /cannot be reached/],
  ['', 'timeout expired', /cannot be reached/],
  ['28P01', 'password authentication failed for user "u"', /refuses the user or the password \(password authentication/],
  ['3D000', '', /has no database "psa"; create it/],
  ['42501', '', /make it the owner/],
  ['53300', '', /max_connections/],
  ['57P03', '', /starting or stopping/],
  ['', 'The server does not support SSL connections', /offers no encryption/],
  ['SELF_SIGNED_CERT_IN_CHAIN', '', /cannot be trusted.*DATABASE_CA_CERT/],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', '', /cannot be trusted/],
  ['CERT_HAS_EXPIRED', '', /cannot be trusted/],
  ['ERR_TLS_CERT_ALTNAME_INVALID', '', /cannot be trusted/],
  ['XX000', 'a\nb', /cannot be used \(a\); correct DATABASE_URL/],
])('%s %s: one sentence that says what to do', (code, message, sentence) => {
  const said = failed(code, message).message;
  expect(said).toMatch(sentence);
  expect(said).toMatch(/^[A-Z][^\n]+\.$/);
});

test('PostgreSQL 14 is too old, 15 is not', () => {
  expect(() => checkServerVersion(140_019)).toThrow('PostgreSQL 14 is too old; use version 15 or newer.');
  expect(() => checkServerVersion(150_000)).not.toThrow();
});
