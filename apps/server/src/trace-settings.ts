import { StartFailure } from './start-failure.ts';
import type { TraceSettings } from './watch/traces.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Null without an address. Throws StartFailure with the name of what is not right. */
export function readTraceSettings(env: Env): TraceSettings | null {
  const { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: whole, OTEL_EXPORTER_OTLP_ENDPOINT: base } = env;
  if (whole === undefined && base === undefined) return null;
  const url = whole ?? `${base?.replace(/\/+$/, '')}/v1/traces`;
  if (!URL.canParse(url) || !/^https?:/.test(url))
    throw new StartFailure('OTEL_EXPORTER_OTLP_ENDPOINT is not right; it should be an address, such as http://127.0.0.1:4318.');
  const { OTEL_EXPORTER_OTLP_PROTOCOL: protocol = 'http/json', OTEL_TRACES_SAMPLER_ARG: share = '1' } = env;
  if (protocol !== 'http/json')
    throw new StartFailure(
      'OTEL_EXPORTER_OTLP_PROTOCOL is not right; spans are sent as http/json, to port 4318 of a collector.',
    );
  if (!/^(0(\.\d+)?|1(\.0+)?)$/.test(share))
    throw new StartFailure('OTEL_TRACES_SAMPLER_ARG is not right; it should be a share from 0 to 1, such as 0.1.');
  return {
    url,
    headers: readHeaders(env.OTEL_EXPORTER_OTLP_HEADERS ?? ''),
    service: env.OTEL_SERVICE_NAME ?? 'psa',
    share: Number(share),
  };
}

/** `name=value,name=value`, values percent-encoded. */
function readHeaders(text: string): Record<string, string> {
  const pairs = text.split(',').filter((pair) => pair.trim() !== '');
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, name, value] = /^\s*([\w-]+)\s*=\s*([\x21-\x7e]*)\s*$/.exec(pair) ?? [];
      if (name === undefined || value === undefined)
        throw new StartFailure('OTEL_EXPORTER_OTLP_HEADERS is not right; it should be name=value, separated by commas.');
      return [name, decodeURIComponent(value)];
    }),
  );
}
