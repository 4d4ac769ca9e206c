import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What happens to a request on its way: passed on, cut before the server has it, or carried out but never answered. */
export type Fate = 'pass' | 'cut-request' | 'cut-answer';

/** The line between tablets and server, which a test can cut at an exact moment. */
export class Line {
  readonly #server: Server;
  readonly #target: URL;
  /** Decides about each request; `cut-answer` cuts once the server has answered in full. */
  fate: (req: IncomingMessage) => Fate = () => 'pass';
  /** Called after the server carried out a request whose answer is cut, and before the tablet notices. */
  whenCut: (req: IncomingMessage) => Promise<void> | void = () => undefined;
  /** Called when the server has answered a request in full and the answer is on its way to the tablet. */
  whenPassed: (req: IncomingMessage) => void = () => undefined;
  #isCut = false;

  private constructor(server: Server, target: URL) {
    this.#server = server;
    this.#target = target;
    server.on('request', (req, res) => this.#carry(req, res));
  }

  /** A line to `target` on a free port of its own. */
  static async to(target: string): Promise<Line> {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return new Line(server, new URL(target));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Cuts everything that is under way, and lets nothing pass until `mend`. */
  cut(): void {
    this.#isCut = true;
    this.#server.closeAllConnections();
  }

  mend(): void {
    this.#isCut = false;
  }

  #carry(req: IncomingMessage, res: ServerResponse): void {
    if (this.#isCut) {
      req.socket.destroy();
      return;
    }
    const fate = this.fate(req);
    const cut = () => {
      void Promise.resolve(this.whenCut(req)).finally(() => req.socket.destroy());
    };
    if (fate === 'cut-request') {
      cut();
      return;
    }
    const { hostname, port } = this.#target;
    const onward = request({ hostname, port, path: req.url, method: req.method, headers: req.headers }, (answer) => {
      if (fate === 'cut-answer') {
        answer.resume();
        answer.on('end', cut);
        return;
      }
      res.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.on('error', () => res.destroy());
      answer.on('end', () => this.whenPassed(req));
      answer.pipe(res);
    });
    onward.on('error', () => req.socket.destroy());
    res.on('close', () => onward.destroy());
    req.pipe(onward);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }
}
