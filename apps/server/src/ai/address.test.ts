import { lookup } from 'node:dns/promises';
import { describe, expect, test } from 'vitest';
import { checkedLookup, endpointUrl, ForbiddenAddress, mayAsk } from './address.ts';

describe('addresses that may be asked', () => {
  test.each([
    'https://api.example.com/v1',
    'http://127.0.0.1:11434/v1',
    'http://[::1]:8080',
    'http://10.1.2.3/v1',
    'http://192.168.0.9',
    'http://model-box:8000/v1',
    'https://10.0.0.5',
  ])('%s', (endpoint) => {
    expect(endpointUrl(endpoint).href).toContain(endpoint.split('/')[2]);
  });

  test.each([
    'ftp://10.0.0.1',
    'file:///etc/passwd',
    'http://8.8.8.8/v1',
    'http://169.254.169.254/latest',
    'https://169.254.169.254/latest',
    'http://2852039166/latest',
    'http://0xa9fea9fe/',
    'http://[::ffff:169.254.169.254]/',
    'https://[fe80::1]/',
    'https://[fd00:ec2::254]/',
    'https://[64:ff9b::a9fe:a9fe]/',
    'https://100.100.100.200/',
    'http://0.0.0.0:5432/',
    'https://[::]/',
    'https://224.0.0.1/',
    'http://[2001:db8::1]/',
    'https://user:secret@api.example.com/v1',
    'https://api.example.com/v1?key=1',
    'not an address',
  ])('not %s', (endpoint) => {
    expect(() => endpointUrl(endpoint)).toThrow(
      expect.objectContaining({ code: 'INVALID', fields: { endpoint: expect.any(String) } }),
    );
  });

  test('an IPv4 address in the clothes of IPv6 is judged as what it is', () => {
    expect(mayAsk('::ffff:127.0.0.1', false)).toBe(true);
    expect(mayAsk('::ffff:8.8.8.8', false)).toBe(false);
    expect(mayAsk('::ffff:a9fe:a9fe', true)).toBe(false);
    expect(mayAsk('localhost', true)).toBe(false);
  });

  test('a name is judged by where it leads, when it is used', async () => {
    const { address } = await lookup('localhost');
    const looked = (encrypted: boolean) =>
      new Promise((done) => checkedLookup(encrypted)('localhost', { all: false }, (error, found) => done(error ?? found)));
    expect(await looked(false)).toBe(address);
    const nowhere = await new Promise((done) => checkedLookup(true)('name.invalid', { all: true }, (error) => done(error)));
    expect(nowhere).toBeInstanceOf(Error);
    expect(nowhere).not.toBeInstanceOf(ForbiddenAddress);
  });
});
