import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DOCTOR, type Hospital, openHospital, somebody } from '../testing/hospital.ts';
import { readTraceSettings } from '../trace-settings.ts';
import { type TraceSettings, Traces } from './traces.ts';

interface Sent {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: { key: string; value: { stringValue?: string; intValue?: string } }[];
}

/** What stands in for a collector: everything that comes over the wire, as it came. */
const wire: { path: string; header: string; text: string }[] = [];
let answers = 200;
const collector = createServer((request, reply) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    wire.push({
      path: request.url ?? '',
      header: String(request.headers['x-key']),
      text: Buffer.concat(chunks).toString('utf8'),
    });
    reply.writeHead(answers).end('{}');
  });
});
const notes: string[] = [];
let h: Hospital;
let traces: Traces;

beforeAll(async () => {
  collector.listen(0, '127.0.0.1');
  await once(collector, 'listening');
  const { port } = collector.address() as AddressInfo;
  const settings = readTraceSettings({
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}/`,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%20key',
  });
  traces = new Traces(settings as TraceSettings, 'test', (line) => notes.push(line));
  h = await openHospital({}, undefined, { traces });
});
afterAll(async () => {
  await h.close();
  await traces.stop();
  collector.closeAllConnections();
  collector.close();
});

const spans = (): Sent[] =>
  wire.flatMap(({ text }) =>
    (JSON.parse(text) as { resourceSpans: { scopeSpans: { spans: Sent[] }[] }[] }).resourceSpans.flatMap((of) =>
      of.scopeSpans.flatMap((scope) => scope.spans),
    ),
  );
const attribute = (span: Sent | undefined, key: string) => {
  const found = span?.attributes.find((one) => one.key === key)?.value;
  return found?.stringValue ?? found?.intValue;
};

test('requests, pushes, pulls and transactions are told of, each within the other, and nothing of a patient or a person', async () => {
  const tablet = await h.tablet(DOCTOR);
  const patch = somebody({ first_name: 'Chidimma', last_name: 'Okonkwo', phone: '08031234567' });
  const id = h.writer.newId();
  const pushed = await h.push(tablet, [h.sealed(tablet, 1, [{ kind: 'patients', id, patch }])]);
  expect(pushed.reply.groups[0]?.results[0]?.status).toBe('applied');
  expect((await h.pull(tablet)).status).toBe(200);
  await h.call('GET', `/api/sync/patients/${id}`, { token: tablet.token });
  await h.call('GET', '/api/search/patients?q=Okonkwo', { token: tablet.token });
  await h.call('POST', '/api/login', { body: { email: DOCTOR.email, password: 'not the password' } });
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  await h.call('GET', '/api/health', { headers: { traceparent } });
  await h.call('GET', '/api/nothing/Okonkwo');
  await traces.flush();

  const all = spans();
  const push = all.find(({ name }) => name === 'POST /api/sync/push');
  expect(attribute(push, 'http.response.status_code')).toBe('200');
  const inner = all.find(({ name, parentSpanId }) => name === 'push' && parentSpanId === push?.spanId);
  expect(attribute(inner, 'psa.groups')).toBe('1');
  const transaction = all.find(({ name, parentSpanId }) => name === 'transaction' && parentSpanId === inner?.spanId);
  expect(transaction?.traceId).toBe(push?.traceId);
  for (const { startTimeUnixNano, endTimeUnixNano } of all) {
    expect(BigInt(endTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(startTimeUnixNano));
    expect(Math.abs(Number(BigInt(startTimeUnixNano) / 1_000_000n) - Date.now())).toBeLessThan(300_000);
  }
  const pull = all.find(({ name }) => name === 'POST /api/sync/pull');
  expect(all.some(({ name, parentSpanId }) => name === 'pull' && parentSpanId === pull?.spanId)).toBe(true);
  expect(all.map(({ name }) => name)).toContain('GET /api/sync/patients/:id');
  expect(all.find(({ traceId }) => traceId === '0af7651916cd43dd8448eb211c80319c')).toMatchObject({
    name: 'GET /api/health',
    parentSpanId: 'b7ad6b7169203331',
  });
  expect(wire[0]).toMatchObject({ path: '/v1/traces', header: 'a key' });

  const sent = wire.map(({ text }) => text).join('\n');
  const never = [...Object.values(patch).map(String), id, tablet.device, tablet.token, DOCTOR.email, h.facility, '127.0.0.1'];
  for (const word of never.filter((one) => one.length > 3 && !['Exact'].includes(one))) expect(sent).not.toContain(word);
  const keys = new Set(all.flatMap(({ attributes }) => attributes.map(({ key }) => key)));
  expect([...keys].sort()).toEqual([
    'http.request.method',
    'http.response.status_code',
    'http.route',
    'psa.groups',
    'psa.members',
  ]);
});

test('a collector that is away is told of once, and holds up nobody', async () => {
  answers = 503;
  for (let i = 0; i < 3; i++) {
    expect((await h.call('GET', '/api/health')).status).toBe(200);
    await traces.flush();
  }
  expect(notes).toEqual(['The collector of traces does not take them']);
  answers = 200;
  await h.call('GET', '/api/health');
  await traces.flush();
  expect(notes.at(-1)).toBe('Traces are taken again; 3 spans were lost');
});

test('settings that are not right are refused by name; without an address nothing is traced', () => {
  expect(readTraceSettings({})).toBeNull();
  expect(() => readTraceSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' })).toThrow(/^OTEL_EXPORTER_OTLP_ENDPOINT/);
  const at = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' };
  expect(() => readTraceSettings({ ...at, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' })).toThrow(/^OTEL_EXPORTER_OTLP_PROTOCOL/);
  expect(() => readTraceSettings({ ...at, OTEL_TRACES_SAMPLER_ARG: '2' })).toThrow(/^OTEL_TRACES_SAMPLER_ARG/);
  expect(() => readTraceSettings({ ...at, OTEL_EXPORTER_OTLP_HEADERS: 'no header' })).toThrow(/^OTEL_EXPORTER_OTLP_HEADERS/);
});
