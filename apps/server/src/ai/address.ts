import { type LookupAddress, lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { ProblemError } from '@psa/domain';

const list = (v4: readonly (readonly [string, number])[], v6: readonly (readonly [string, number])[]): BlockList => {
  const made = new BlockList();
  for (const [net, bits] of v4) made.addSubnet(net, bits, 'ipv4');
  for (const [net, bits] of v6) made.addSubnet(net, bits, 'ipv6');
  return made;
};

/**
 * Never asked: unspecified, link-local (where clouds keep the credentials of a machine), multicast, the other addresses of such services,
 * and addresses that translate into IPv4 ones on the way.
 */
const FORBIDDEN = list(
  [
    ['0.0.0.0', 8],
    ['169.254.0.0', 16],
    ['100.100.100.200', 32],
    ['168.63.129.16', 32],
    ['192.0.0.0', 24],
    ['224.0.0.0', 3],
  ],
  [
    ['::', 128],
    ['fe80::', 10],
    ['ff00::', 8],
    ['fd00:ec2::', 32],
    ['64:ff9b::', 96],
    ['64:ff9b:1::', 48],
    ['2002::', 16],
  ],
);
/** This machine and the hospital's own network. */
const OWN = list(
  [
    ['127.0.0.0', 8],
    ['10.0.0.0', 8],
    ['172.16.0.0', 12],
    ['192.168.0.0', 16],
  ],
  [
    ['::1', 128],
    ['fc00::', 7],
  ],
);

/** Whether an IP address may be asked: without encryption only on this machine and the hospital's own network. */
export function mayAsk(ip: string, encrypted: boolean): boolean {
  const family = isIP(ip) === 6 ? 'ipv6' : 'ipv4';
  return isIP(ip) !== 0 && !FORBIDDEN.check(ip, family) && (encrypted || OWN.check(ip, family));
}

const refused = (say: string) => new ProblemError('INVALID', { fields: { endpoint: say } });
const FORBIDDEN_SAYS = 'This address may not be asked: https://, or http:// to this machine or the hospital’s own network.';

/** The address of a provider. Throws INVALID beside `endpoint` for one that may not be asked, as far as it can be said without a network. */
export function endpointUrl(endpoint: string): URL {
  let url: URL;
  try {
    url = new URL(endpoint);
  } catch {
    throw refused('An address like https://api.example.com/v1.');
  }
  if (!/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw refused('An address like https://api.example.com/v1, without password, question mark or #.');
  }
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && !mayAsk(host, url.protocol === 'https:')) throw refused(FORBIDDEN_SAYS);
  return url;
}

/** A name that leads to an address which may not be asked. */
export class ForbiddenAddress extends Error {}

/**
 * Looks up a name as the connection does, and fails when any of its addresses may not be asked. The connection goes to what was checked here, so
 * that a name cannot lead elsewhere a moment later.
 */
export const checkedLookup =
  (encrypted: boolean): LookupFunction =>
  (hostname, options, done) => {
    lookup(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
      if (error) return done(error, []);
      const first = found[0];
      if (!first || found.some(({ address }) => !mayAsk(address, encrypted))) {
        return done(new ForbiddenAddress(FORBIDDEN_SAYS), []);
      }
      return options.all ? done(null, found) : done(null, first.address, first.family);
    });
  };

/** As `endpointUrl`, and the name is looked up. One that cannot be found now may be found later: it passes, and is checked at each use. */
export async function checkEndpoint(endpoint: string): Promise<URL> {
  const url = endpointUrl(endpoint);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0) return url;
  const problem = await new Promise<Error | null>((done) => {
    checkedLookup(url.protocol === 'https:')(host, { all: true }, (error) => done(error));
  });
  if (problem instanceof ForbiddenAddress) throw refused(FORBIDDEN_SAYS);
  return url;
}
