import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** Requests under way when the server is asked to stop may take this long to end. */
const GRACE_MS = 5_000;

/**
 * Lets `close` end soon and kindly: connections without a request under way are cut at once (Node would wait a minute for those
 * that a browser opened in advance), the others when their answer is sent, and what still hangs after five seconds as well.
 */
export function closeSoon(app: FastifyInstance): void {
  const busy = new Map<Socket, number>();
  let closing = false;
  app.server.on('connection', (socket) => {
    busy.set(socket, 0);
    socket.on('close', () => busy.delete(socket));
  });
  app.server.on('request', (request, response) => {
    const { socket } = request;
    busy.set(socket, (busy.get(socket) ?? 0) + 1);
    response.on('close', () => {
      const left = (busy.get(socket) ?? 1) - 1;
      if (busy.has(socket)) busy.set(socket, left);
      if (closing && left === 0) socket.destroySoon();
    });
  });
  app.addHook('preClose', async () => {
    closing = true;
    for (const [socket, requests] of busy) if (requests === 0) socket.destroy();
    const timer = setTimeout(() => app.server.closeAllConnections(), GRACE_MS);
    app.server.on('close', () => clearTimeout(timer));
    timer.unref();
  });
}
