import { type CarriedPage, PROTOCOL_VERSION } from '@psa/sync';

/** An event of a live stream. */
type Told = { moved: number } | { page: CarriedPage };

/** A live stream as a test hears it. */
export interface LiveLine {
  response: Response;
  /** The next event, when it comes. */
  next(): Promise<Told>;
  /** All that came. */
  text(): string;
  /** Resolves when the stream has ended. */
  ended: Promise<void>;
  cut(): void;
}

/** Opens a live stream that is to carry pages, or numbers only. */
export async function listen(base: string, token: string, query = `?schema=${PROTOCOL_VERSION}`): Promise<LiveLine> {
  const controller = new AbortController();
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${base}/api/sync/live${query}`, { headers, signal: controller.signal });
  const seen: Told[] = [];
  let [all, rest] = ['', ''];
  let wake = () => {};
  const read = async () => {
    const decoder = new TextDecoder();
    for await (const part of response.body ?? []) {
      const text = decoder.decode(part as Uint8Array, { stream: true });
      all += text;
      rest += text;
      for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
        const told = toldBy(rest.slice(0, end));
        if (told) seen.push(told);
        rest = rest.slice(end + 2);
      }
      wake();
    }
  };
  return {
    response,
    text: () => all,
    cut: () => controller.abort(),
    ended: read().catch(() => undefined),
    async next() {
      for (;;) {
        const told = seen.shift();
        if (told) return told;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

function toldBy(event: string): Told | null {
  const [, name, data] = /^event: (moved|page)\ndata: (.*)$/.exec(event) ?? [];
  if (data === undefined) return null;
  return name === 'moved' ? { moved: (JSON.parse(data) as { seq: number }).seq } : { page: JSON.parse(data) as CarriedPage };
}
