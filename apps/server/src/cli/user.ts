import { randomInt } from 'node:crypto';
import { userInfo } from 'node:os';
import { type Actor, type Patch, ProblemError, ROLE_TITLES, ROLES, type Role, uuidv7 } from '@psa/domain';
import type { Pool } from 'pg';
import { Audit, auditEntry } from '../auth/audit.ts';
import { Passwords } from '../auth/passwords.ts';
import { Database } from '../db/database.ts';
import { homeFacility } from '../db/home.ts';
import { randomBytes } from '../db/random.ts';
import { PgServerStore } from '../db/store.ts';
import { writeOne } from '../db/write.ts';
import { columns, command, EXIT, type Io, Told } from './command.ts';
import { withPool } from './database.ts';

/** Without letters that look like others; 16 of them are 92 bits. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const GROUPS = 4;

interface Account {
  id: string;
  email: string;
  full_name: string;
  role: Role;
  is_approved: boolean;
  is_active: boolean;
  is_default_password: boolean | null;
}

const oneTimePassword = (): string =>
  Array.from({ length: GROUPS }, () => Array.from({ length: 4 }, () => LETTERS[randomInt(LETTERS.length)]).join('')).join('-');

/** The people of the hospital, as the server sees them: everything is written through the one way in, and audited. */
class People {
  readonly #db: Database;
  readonly #store: PgServerStore;
  readonly #facility: string;
  readonly #from = { address: '127.0.0.1', agent: `psa user, ${userInfo().username}` };

  private constructor(db: Database, facility: string) {
    this.#db = db;
    this.#store = new PgServerStore(db);
    this.#facility = facility;
  }

  static async open(pool: Pool): Promise<People> {
    const db = new Database(pool);
    const facility = await homeFacility(db);
    if (facility === undefined) throw new Told('There is no hospital yet; run "psa seed", or start the server once.');
    return new People(db, facility);
  }

  async list(): Promise<Account[]> {
    const { rows } = await this.#db.of(this.#facility).query<Account & Record<string, unknown>>(
      `select u.id, u.email, u.full_name, u.role, u.is_approved, u.is_active, c.is_default_password
        from users u left join user_credentials c on c.facility_id = u.facility_id and c.user_id = u.id
        where u.facility_id = $1 and not u.deleted order by lower(u.email)`,
      [this.#facility],
    );
    return rows;
  }

  async find(email: string): Promise<Account> {
    const found = (await this.list()).find((one) => one.email.toLowerCase() === email.toLowerCase());
    if (!found) throw new Told(`Nobody here has the address ${email}; psa user list shows everybody.`);
    return found;
  }

  async add(email: string, name: string, role: Role): Promise<string> {
    const id = uuidv7(Date.now(), randomBytes);
    const patch = { email: email.toLowerCase(), full_name: name, role, is_approved: true, is_active: true };
    await this.#write(await this.#authority(), { id, op: 'create', patch });
    return this.#givePassword(id, 'add');
  }

  async change(account: Account, patch: Patch, action: string): Promise<void> {
    const by = await this.#authority(account.id);
    await this.#write(by, { id: account.id, op: 'edit', patch });
    await this.#note(by, account.id, action);
  }

  async resetPassword(account: Account): Promise<string> {
    await this.#db
      .of(this.#facility)
      .query('update sessions set ended_at = now() where facility_id = $1 and user_id = $2 and ended_at is null', [
        this.#facility,
        account.id,
      ]);
    return this.#givePassword(account.id, 'reset_password');
  }

  async #givePassword(id: string, action: string): Promise<string> {
    const password = oneTimePassword();
    await this.#db.of(this.#facility).query(
      `insert into user_credentials (facility_id, user_id, password_hash) values ($1, $2, $3)
        on conflict (facility_id, user_id) do update set password_hash = excluded.password_hash, is_default_password = false,
          failed_count = 0, locked_until = null, changed_at = now()`,
      [this.#facility, id, await new Passwords().hash(password)],
    );
    await this.#note(await this.#authority(), id, action);
    return password;
  }

  /** Whoever may use this machine's settings acts for an administrator: another one than the person concerned, where there is one. */
  async #authority(concerned?: string): Promise<Actor> {
    const admins = (await this.list()).filter((one) => one.role === 'super_admin' && one.is_active && one.is_approved);
    const admin = admins.find(({ id }) => id !== concerned) ?? admins[0];
    if (!admin)
      throw new Told('There is no active administrator to act for; restore a backup, or ask who maintains the database.');
    return { user_id: admin.id, facility_id: this.#facility, role: 'super_admin' };
  }

  #write(actor: Actor, wish: { id: string; op: 'create' | 'edit'; patch: Patch }): Promise<unknown> {
    const writer = { store: this.#store, now: Date.now, newId: () => uuidv7(Date.now(), randomBytes) };
    return writeOne(
      writer,
      { actor, origin: wish.op === 'create' ? 'server' : 'rest', from: this.#from },
      { kind: 'users', ...wish },
    );
  }

  #note(by: Actor, id: string, action: string): Promise<unknown> {
    const entry = auditEntry(action, Date.now(), this.#from, {
      user_id: by.user_id,
      device_id: null,
      table_name: 'users',
      record_id: id,
    });
    return new Audit((facility, entries) => this.#store.audit(facility, entries)).add(this.#facility, entry);
  }
}

function roleOf(text: string | undefined): Role {
  const role = ROLES.find((one) => one === text);
  if (!role) throw new Told(`The role is one of ${ROLES.join(', ')}.`, { exit: EXIT.wrongWords });
  return role;
}

function showAll(accounts: readonly Account[], json: boolean, io: Io): void {
  if (json) {
    io.say(JSON.stringify(accounts, null, 1));
    return;
  }
  const state = (one: Account): string =>
    [
      one.is_active ? (one.is_approved ? '' : 'waits for approval') : 'closed',
      one.is_default_password ? 'PASSWORD FOR TRYING OUT' : '',
      one.is_default_password === null ? 'no password' : '',
    ]
      .filter((word) => word !== '')
      .join(', ');
  const wide = Math.max(0, ...accounts.map(({ full_name }) => full_name.length));
  for (const line of columns(
    accounts.map((one) => [one.email, `${one.full_name.padEnd(wide)}  ${ROLE_TITLES[one.role]}  ${state(one)}`.trimEnd()]),
  ))
    io.say(line);
}

const show = (password: string, io: Io): void => {
  io.say(`One-time password: ${password}`);
  io.note('It is shown only now. Hand it over in person, and let it be changed at the first sign-in (Me → Change password).');
};

type Deed = (people: People, email: string, given: { name?: string; role?: string }, io: Io) => Promise<void>;

const DEEDS: Readonly<Record<string, Deed>> = {
  add: async (people, email, { name, role }, io) => {
    if (name === undefined) throw new Told('Say who it is: --name "Full Name".', { exit: EXIT.wrongWords });
    show(await people.add(email, name, roleOf(role)), io);
  },
  approve: async (people, email, _given, io) => {
    await people.change(await people.find(email), { is_approved: true }, 'approve');
    io.say(`${email} is approved.`);
  },
  close: async (people, email, _given, io) => {
    await people.change(await people.find(email), { is_active: false }, 'deactivate');
    io.say(`${email} is closed, and signed out everywhere.`);
  },
  open: async (people, email, _given, io) => {
    await people.change(await people.find(email), { is_active: true }, 'activate');
    io.say(`${email} is open again.`);
  },
  'reset-password': async (people, email, _given, io) => show(await people.resetPassword(await people.find(email)), io),
  'set-role': async (people, email, { role }, io) => {
    const wanted = roleOf(role);
    await people.change(await people.find(email), { role: wanted }, 'set_role');
    io.say(`${email} is ${ROLE_TITLES[wanted]} now.`);
  },
};

export default command({
  usage: 'user list | add | approve | close | open | reset-password | set-role [EMAIL] [OPTIONS]',
  about: `The accounts of the hospital, for whoever runs the server; in the app, an administrator has the same under Lists → People.
  psa user list [--json]
  psa user add EMAIL --name "Full Name" --role ROLE      prints a one-time password
  psa user approve | close | open EMAIL
  psa user reset-password EMAIL                          signs the person out everywhere and prints a one-time password
  psa user set-role EMAIL --role ROLE
Roles: ${ROLES.join(', ')}. The last active administrator stays one. All of it is in the audit trail.`,
  options: {
    name: { type: 'string', value: 'NAME', says: 'the full name of a new person' },
    role: { type: 'string', value: 'ROLE', says: 'the role' },
    json: { type: 'boolean', says: 'the list as JSON' },
  },
  words: { least: 1, most: 2 },
  run: async ({ values, words: [deed = '', email] }, io) => {
    const { name, role } = values;
    const work = DEEDS[deed];
    if (deed !== 'list' && !work)
      throw new Told(`"${deed}" is not one of list, ${Object.keys(DEEDS).join(', ')}.`, { exit: EXIT.wrongWords });
    if (work && email === undefined) throw new Told('Say whom: the e-mail address.', { exit: EXIT.wrongWords });
    if (deed === 'add') roleOf(role);
    await withPool('server', io, async (pool) => {
      const people = await People.open(pool);
      if (!work) return showAll(await people.list(), values.json ?? false, io);
      const given = { ...(name === undefined ? {} : { name }), ...(role === undefined ? {} : { role }) };
      await work(people, email ?? '', given, io).catch((error: unknown) => {
        if (!(error instanceof ProblemError)) throw error;
        throw new Told([error.message, ...Object.entries(error.fields).map(([field, say]) => `${field}: ${say}`)].join('\n'));
      });
    });
  },
});
