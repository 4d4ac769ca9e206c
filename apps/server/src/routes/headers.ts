import { createHash } from 'node:crypto';
import helmet from '@fastify/helmet';
import fastify, { type FastifyInstance } from 'fastify';

type Directives = Readonly<Record<string, readonly string[]>>;

/** Nothing, unless it is named: whatever a page of ours could be made to say, it cannot run, load, send or be framed. */
const NOTHING: Directives = {
  defaultSrc: ["'none'"],
  baseUri: ["'none'"],
  formAction: ["'none'"],
  frameAncestors: ["'none'"],
};

/**
 * The app: scripts are files of ours, never text in a page. Styles may be written in a `<style>` element, as the kit of
 * components makes them while it runs; an attribute of injected HTML may not even do that.
 */
const APP: Directives = {
  ...NOTHING,
  scriptSrc: ["'self'"],
  scriptSrcAttr: ["'none'"],
  styleSrc: ["'self'", "'unsafe-inline'"],
  styleSrcAttr: ["'none'"],
  imgSrc: ["'self'", 'data:', 'blob:'],
  fontSrc: ["'self'"],
  connectSrc: ["'self'"],
  workerSrc: ["'self'"],
  manifestSrc: ["'self'"],
};

/** What a browser may ask of the device for us: a camera for photographs and codes, a passkey, the whole screen. Nothing else. */
const PERMISSIONS = [
  'camera=(self)',
  'publickey-credentials-get=(self)',
  'publickey-credentials-create=(self)',
  'fullscreen=(self)',
  ...[
    'accelerometer',
    'bluetooth',
    'browsing-topics',
    'display-capture',
    'geolocation',
    'gyroscope',
    'hid',
    'magnetometer',
    'microphone',
    'midi',
    'payment',
    'serial',
    'usb',
    'xr-spatial-tracking',
  ].map((name) => `${name}=()`),
].join(', ');

/** A year, as browsers ask of whoever wants to be remembered as encrypted. Sent only where the request came encrypted. */
const ENCRYPTED_ONLY = 'max-age=31536000; includeSubDomains';

/** What helmet says to a request: it is the same for all, so it is asked once. */
async function fixedHeaders(directives: Directives): Promise<Record<string, string>> {
  const asked = fastify();
  const mutable = Object.fromEntries(Object.entries(directives).map(([name, values]) => [name, [...values]]));
  await asked.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: mutable },
    strictTransportSecurity: false,
    referrerPolicy: { policy: 'no-referrer' },
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
  });
  asked.get('/', async () => '');
  const { headers } = await asked.inject('/');
  await asked.close();
  const own = ['content-type', 'content-length', 'date', 'connection'];
  const said = Object.entries(headers).flatMap(([name, value]) => (own.includes(name) ? [] : [[name, String(value)]]));
  return { ...Object.fromEntries(said), 'permissions-policy': PERMISSIONS };
}

/** The policy of a page of ours that is one text with one `<style>`: that style, and nothing else. */
export function policyOfPage(style: string): string {
  const hash = createHash('sha256').update(style).digest('base64');
  return `default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; style-src 'sha256-${hash}'`;
}

/**
 * Headers of every answer: only our own scripts run, nothing is framed, nothing of /api is kept by a cache or does anything when
 * it is opened as a page, and no other origin may ask (no CORS headers at all). HTTPS is not forced from here, as on a ward's own
 * network the server may speak plain HTTP; whoever came by HTTPS is told to stay there.
 */
export function secureHeaders(app: FastifyInstance): void {
  const page: Record<string, string> = {};
  const api: Record<string, string> = { 'cache-control': 'no-store' };
  void app.register(async () => {
    const [ofPage, ofApi] = await Promise.all([fixedHeaders(APP), fixedHeaders(NOTHING)]);
    Object.assign(page, ofPage);
    Object.assign(api, ofApi);
  });
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(isApi(request.url) ? api : page);
    if (request.protocol === 'https') reply.header('strict-transport-security', ENCRYPTED_ONLY);
    done();
  });
}

/** What an answer says that no hook has seen. */
export const BARE_HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
};

const isApi = (url: string): boolean => /^\/api(?:[/?#]|$)/.test(url);
