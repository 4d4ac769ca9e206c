import type { Keyring } from './keyring.ts';
import type { Server } from './server.ts';

/** Sessions that were ended here and of which the server does not know yet. */
export class SessionEnds {
  readonly #keyring: Keyring;
  readonly #server: Server;
  constructor(keyring: Keyring, server: Server) {
    this.#keyring = keyring;
    this.#server = server;
  }

  async add(token: string): Promise<void> {
    await this.#keyring.setEnds([...(await this.#keyring.ends()), token]);
  }

  /** Tells the server, as far as it can be reached. */
  async tell(): Promise<void> {
    for (const token of await this.#keyring.ends()) {
      if (!(await this.#server.logout(token))) return;
      await this.#keyring.setEnds((await this.#keyring.ends()).filter((t) => t !== token));
    }
  }
}
