import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it came over the wire. */
export interface Wire {
  path: string;
  headers: IncomingMessage['headers'];
  /** The bytes of the body, as text. */
  text: string;
}

export type Behave = (wire: Wire, response: ServerResponse, request: IncomingMessage) => void | Promise<void>;

/** A chat completion with this content. */
export const completion = (content: string, more: object = {}): string =>
  JSON.stringify({
    id: 'c-1',
    object: 'chat.completion',
    model: 'stand-in',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 },
    ...more,
  });

/** What the user said, in a request of ours. */
export const saidIn = (wire: Wire): string => {
  const { messages } = JSON.parse(wire.text) as { messages: { role: string; content: string | { text: string }[] }[] };
  return messages
    .filter(({ role }) => role === 'user')
    .map(({ content }) => (typeof content === 'string' ? content : content.map(({ text }) => text).join('\n')))
    .join('\n');
};

/** Answers with what the user said: whole, or in pieces of `size` characters when a stream is asked for. */
export const echo =
  (size = 3): Behave =>
  (wire, response) => {
    const said = saidIn(wire);
    if (!(JSON.parse(wire.text) as { stream: boolean }).stream) {
      response.setHeader('content-type', 'application/json').end(completion(said));
      return;
    }
    response.setHeader('content-type', 'text/event-stream');
    const letters = [...said];
    const chunk = (delta: object, finish_reason: string | null = null) =>
      `data: ${JSON.stringify({ id: 'c-1', object: 'chat.completion.chunk', model: 'stand-in', choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
    const events = [chunk({ role: 'assistant', content: '' })];
    for (let at = 0; at < letters.length; at += size) events.push(chunk({ content: letters.slice(at, at + size).join('') }));
    events.push(chunk({}, 'stop'), 'data: [DONE]\n\n');
    // Bytes come as the network cuts them: in the middle of events and letters.
    const bytes = Buffer.from(events.join(''));
    for (let at = 0; at < bytes.length; at += 97) response.write(bytes.subarray(at, at + 97));
    response.end();
  };

/** A language model on a free port of this machine, which keeps every byte it is sent. */
export async function openStandIn() {
  const heard: Wire[] = [];
  let behave: Behave = echo();
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const wire = { path: request.url ?? '', headers: request.headers, text: Buffer.concat(pieces).toString('utf8') };
      heard.push(wire);
      void behave(wire, response, request);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    heard,
    last: (): Wire => {
      const wire = heard.at(-1);
      if (!wire) throw new Error('The stand-in was asked nothing.');
      return wire;
    },
    behave: (next: Behave) => {
      behave = next;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
