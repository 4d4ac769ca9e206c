import { type Json, PROBLEMS, ProblemError, uuidv7 } from '@psa/domain';
import { GROUP_MUTATIONS_MAX, PROTOCOL_VERSION, PUSH_BYTES_MAX, type SyncReport } from '@psa/sync';
import { watchIdle } from '../session/autolock.ts';
import { Keyring } from '../session/keyring.ts';
import { actorOf, type Person, personOf, sameReach, secretsOf } from '../session/person.ts';
import { Server } from '../session/server.ts';
import { openTabs, type Tabs } from '../session/tabs.ts';
import type { Reason } from '../sync/driver.ts';
import type { DeviceApi, SessionState, SignInResult, SyncState, Wish } from './api.ts';
import { dropScopes } from './copies.ts';
import { type Database, openDatabase } from './database.ts';
import { type DeviceEnv, type Message, QUIET } from './device-env.ts';
import { firstDeviceName } from './device-name.ts';
import { draftRoom } from './draft-room.ts';
import { Drafts } from './drafts.ts';
import { inOutline, type StoreChange } from './indexeddb.ts';
import { keyringStore } from './keyring-store.ts';
import { Memory } from './memory.ts';
import { Opened } from './opened.ts';
import { brokenSentence, storageProblem } from './storage-problems.ts';
import { Value } from './value.ts';

/** Another tab that is open answers within this; nobody's eye sees it. */
const HELLO_MS = 120;
const NAME_MAX = 100;
const OFFLINE_UNKNOWN =
  'This device does not know you yet, and the server cannot be reached. The first sign-in needs the network.';
const OFFLINE_WRONG =
  'E-mail or password is not right. (The server cannot be reached; this device compared it with your last sign-in here.)';

const whenIdle = (work: () => void): void => {
  if (typeof requestIdleCallback === 'undefined') setTimeout(work, 0);
  else requestIdleCallback(work);
};

/** UTF-8 bytes of these wishes as text inside a request. */
const bytesSent = (wishes: readonly Wish[]): number => new TextEncoder().encode(JSON.stringify(JSON.stringify(wishes))).length;

/** This browser as a device: who is in, what is kept, and the talk with the server and the other tabs. */
export class Device {
  readonly session = new Value<SessionState>({ status: 'starting' });
  readonly sync = new Value<SyncState>(QUIET);
  readonly memory: Memory;
  readonly drafts: Drafts;
  readonly #env: DeviceEnv;
  readonly #server: Server;
  #db: Database | null = null;
  #keyring: Keyring | null = null;
  #tabs: Tabs<Message> | null = null;
  #opened: Opened | null = null;
  #stopIdle: { touch(): void; stop(): void } | null = null;
  #name = '';
  #deviceId = '';

  constructor(env: DeviceEnv) {
    this.#env = env;
    this.#server = new Server(env.fetch, env.base);
    this.memory = new Memory((error) => this.#broken(error));
    this.memory.onGroups = () => this.#heardSync(this.memory.waiting);
    this.drafts = new Drafts(env.now, (error) => this.#broken(error));
  }

  /** Opens the storage and finds out whether another tab has somebody in. */
  async start(): Promise<void> {
    const { name, page } = this.#env;
    try {
      const db = await openDatabase({ name, newId: () => this.newId(), onEnd: () => this.#ended() });
      this.#db = db;
      this.#keyring = new Keyring(keyringStore(db), this.#env.iterations);
      this.#deviceId = String(await db.get('meta', 'device'));
      this.#name = (await this.#keyring.deviceName()) ?? firstDeviceName(this.#env.userAgent, this.#deviceId);
      this.#tabs = openTabs<Message>(name);
      this.#tabs.hear((message) => this.#heard(message));
      for (const event of ['pagehide', 'visibilitychange']) page?.addEventListener(event, () => void this.drafts.flush());
      for (const event of ['online', 'visibilitychange', 'focus'])
        page?.addEventListener(event, () => this.#env.visible() && this.#opened?.wake());
      this.#tabs.tell({ t: 'hello' });
      await new Promise((done) => setTimeout(done, HELLO_MS));
      if (this.session.get().status === 'starting') await this.#closed();
    } catch (error) {
      this.#broken(error);
    }
  }

  newId = (): string => uuidv7(this.#env.now(), (count) => this.#env.chance.random(count));

  async signIn(email: string, password: string): Promise<SignInResult> {
    const keyring = this.#keyring;
    if (!keyring) return { ok: false, code: 'UNAVAILABLE', say: 'This browser is still opening its storage.' };
    try {
      const device = { id: this.#deviceId, name: this.#name, schema: PROTOCOL_VERSION };
      const answer = await this.#server.login({ email: email.trim(), password, device });
      if (answer.is === 'refused') return await this.#refused(answer.code, answer.say, email);
      if (answer.is === 'in') {
        if (answer.reply.device.state === 'revoked')
          return await this.#refused('DEVICE_REVOKED', PROBLEMS.DEVICE_REVOKED.say, email);
        const opened = await keyring.remember(email, password, secretsOf(answer.reply));
        await this.#open(await personOf(opened, Number.NEGATIVE_INFINITY));
        await this.#dropOrphans();
        this.#heardSync({ contact: 'good', last_contact_at: new Date(this.#env.now()).toISOString() });
        void this.#env.persist().catch(() => false);
        return { ok: true };
      }
      const opened = await keyring.unlock(email, password);
      if (opened === 'unknown') return { ok: false, code: 'OFFLINE_UNKNOWN', say: OFFLINE_UNKNOWN };
      if (opened === 'wrong') return { ok: false, code: 'BAD_CREDENTIALS', say: OFFLINE_WRONG };
      await this.#open(await personOf(opened, this.#env.now()));
      return { ok: true };
    } catch (error) {
      const problem = error instanceof ProblemError ? error : storageProblem(error);
      return { ok: false, code: problem.code, say: problem.message };
    }
  }

  /** Empties memory and forgets the keys, here and (unless told by another tab) everywhere. */
  async lock(ended?: string, tell = true): Promise<void> {
    if (tell) this.#tabs?.tell({ t: 'lock', ...(ended === undefined ? {} : { ended }) });
    await this.#leave();
    await this.#closed(ended);
  }

  async signOut(): Promise<void> {
    const person = this.#opened?.person;
    const keyring = this.#keyring;
    if (person && keyring) {
      const { token } = person;
      await keyring.change(person.id, person.vaultKey, (secrets) => ({ ...secrets, token: null, expires_at: null }));
      if (token !== null) await keyring.setEnds([...(await keyring.ends()), token]);
    }
    await this.lock();
    void this.#endSessions().catch(() => undefined);
  }

  async save(wishes: readonly Wish[], mends?: { group: string }): Promise<{ group: string }> {
    const opened = this.#opened;
    if (!opened) throw new ProblemError('NOT_SIGNED_IN');
    // What could never be sent must not be called saved.
    const large = wishes.length > GROUP_MUTATIONS_MAX || bytesSent(wishes) > PUSH_BYTES_MAX * 0.8;
    if (wishes.length === 0 || large) throw new ProblemError(large ? 'TOO_LARGE' : 'BAD_REQUEST');
    const entry = await opened.end.save(wishes, opened.person.user.id, mends).catch((error: unknown) => {
      throw error instanceof ProblemError ? error : storageProblem(error);
    });
    await this.memory.settled();
    this.#ask('save');
    return { group: entry.group.group };
  }

  /** Tells the server, now or when it can, that whoever is in opened this patient's record. */
  async viewed(patient: string): Promise<void> {
    const person = this.#opened?.person.user.id;
    // Of a patient whom nobody else knows yet, the registration says enough.
    if (person === undefined || this.memory.present('patients', patient).row_version === 0) return;
    const view = this.memory.views.begin(person, patient, this.newId(), this.#env.now());
    // Whoever needs the record must not be kept from it by a full disk.
    if (view) await this.save([view.wish]).then(undefined, view.undo);
  }

  syncNow(): void {
    this.#opened?.wake();
    this.#ask('signal');
  }

  call(method: 'GET' | 'POST' | 'PATCH', path: string, body?: Json): Promise<Json> {
    return this.#server.call(method, path, this.#opened?.person.token ?? null, body);
  }

  deviceName = (): string => this.#name;

  async nameDevice(name: string): Promise<void> {
    const plain = name.trim();
    const say = plain === '' ? 'Give this device a name.' : plain.length > NAME_MAX ? `At most ${NAME_MAX} characters.` : null;
    if (say !== null) throw new ProblemError('INVALID', { fields: { name: say } });
    await this.#keyring?.nameDevice(plain);
    this.#name = plain;
  }

  /** Ends everything of this tab; the storage stays. */
  async stop(): Promise<void> {
    await this.#leave();
    this.#tabs?.close();
    this.#db?.close();
  }

  get api(): DeviceApi {
    return {
      session: {
        signIn: (email, password) => this.signIn(email, password),
        lock: () => this.lock(),
        signOut: () => this.signOut(),
      },
      save: (wishes, mends) => this.save(wishes, mends),
      viewed: (patient) => this.viewed(patient),
      syncNow: () => this.syncNow(),
      newId: this.newId,
      call: (method, path, body) => this.call(method, path, body),
      present: (kind, id) => this.memory.present(kind, id),
      deviceName: this.deviceName,
      nameDevice: (name) => this.nameDevice(name),
    };
  }

  /** Lets a person in. Somebody who is in already with the same keys only gets the new token. */
  async #open(person: Person, tell = true): Promise<void> {
    const db = this.#db;
    if (!db) throw new ProblemError('UNAVAILABLE');
    const before = this.#opened;
    if (before && sameReach(before.person, person)) {
      before.person.user = person.user;
      this.#token(person.token);
    } else {
      await this.#leave();
      const opened = new Opened(person, {
        ...this.#env,
        db,
        onChange: (change) => this.#changed(change),
        onDropped: (scopes) => void this.#dropped(scopes),
        onSync: (part) => this.#tellSync(part),
        onReport: (report) => this.#report(opened, report),
        onFailure: () => undefined,
      });
      this.#opened = opened;
      this.drafts.enter(draftRoom(db, person));
      await this.memory.fill(opened.store, person.user.facility_id);
      if (this.#opened !== opened) return;
      this.#stopIdle = watchIdle({
        now: this.#env.now,
        target: this.#env.page,
        onActive: () => this.#tabs?.tell({ t: 'active' }),
        onIdle: () => void this.lock('Locked after 15 minutes without use.'),
      });
      this.#show(opened);
      opened.driver.start().catch((error: unknown) => this.#broken(error));
    }
    if (tell) this.#tabs?.tell({ t: 'person', person });
  }

  #show({ person }: Opened): void {
    this.session.set({ status: 'open', actor: actorOf(person), user: person.user, signed_in: person.token !== null });
  }

  async #leave(): Promise<void> {
    const opened = this.#opened;
    this.#opened = null;
    opened?.stop();
    this.#stopIdle?.stop();
    this.#stopIdle = null;
    await this.drafts.leave();
    this.memory.empty();
    this.sync.set(QUIET);
  }

  async #closed(ended?: string): Promise<void> {
    const known = (await this.#keyring?.known()) ?? [];
    if (!this.#opened) this.session.set({ status: 'closed', known, ...(ended === undefined ? {} : { ended }) });
  }

  /** The server knows this person's password or device and says no: what this device knows must not say yes. */
  async #refused(code: string, say: string, email: string): Promise<SignInResult> {
    if (code === 'ACCOUNT_CLOSED') await this.#keyring?.forget(email);
    if (code === 'DEVICE_REVOKED') await this.#wipe();
    return { ok: false, code, say };
  }

  /** A stolen tablet: copies and keys go; what is unsent stays, sealed under a key that only the server has now. */
  async #wipe(): Promise<void> {
    await this.#keyring?.forgetEverybody();
    await this.#dropOrphans();
  }

  /** Deletes copies whose key nobody on this device has any more. */
  async #dropOrphans(): Promise<void> {
    const [db, keyring] = [this.#db, this.#keyring];
    if (!db || !keyring) return;
    const wanted = await keyring.scopes();
    const meta = await db.get('meta', 'copies');
    const held = typeof meta === 'object' ? Object.keys(meta.scopes) : [];
    const orphans = held.filter((scope) => !wanted.has(scope));
    if (orphans.length > 0) await dropScopes(db, orphans);
  }

  #changed(change: StoreChange): void {
    this.memory.heard(change);
    this.#tabs?.tell({ t: 'change', change: inOutline(change) });
  }

  async #dropped(scopes: readonly string[], tell = true): Promise<void> {
    const person = this.#opened?.person;
    if (!person) return;
    for (const scope of scopes) {
      const key = person.keys.scopes.get(scope);
      if (key) person.keys.known.delete(key.kid);
      person.keys.scopes.delete(scope);
    }
    if (!tell) return;
    this.#tabs?.tell({ t: 'dropped', scopes });
    await this.#keyring?.change(person.id, person.vaultKey, (secrets) => ({
      ...secrets,
      keys: {
        ...secrets.keys,
        scopes: Object.fromEntries(Object.entries(secrets.keys.scopes).filter(([scope]) => !scopes.includes(scope))),
      },
    }));
  }

  #report(opened: Opened, report: SyncReport): void {
    if (this.#opened !== opened) return;
    const heard = report.server_time !== null;
    const contact = report.contact === 'busy' ? 'unreachable' : report.contact === 'stuck' ? 'good' : report.contact;
    this.#tellSync({
      contact,
      ...(heard ? { last_contact_at: new Date(this.#env.now()).toISOString(), clock_offset_ms: report.clock_offset_ms } : {}),
    });
    if (contact === 'signed_out' && opened.person.token !== null) {
      this.#tabs?.tell({ t: 'token', token: null });
      this.#token(null);
      const { id, vaultKey } = opened.person;
      void this.#keyring?.change(id, vaultKey, (secrets) => ({ ...secrets, token: null, expires_at: null }));
    }
    if (heard) void this.#endSessions().catch(() => undefined);
    // Only the tab that leads gets reports, so one tab folds. A delta that could not be folded is folded another time.
    if (report.at_head) whenIdle(() => void opened.store.compact().catch(() => undefined));
  }

  #token(token: string | null): void {
    const opened = this.#opened;
    if (!opened) return;
    opened.person.token = token;
    this.#show(opened);
    if (token !== null) opened.wake();
  }

  /** Tells the server which sessions were ended here while it could not be reached. */
  async #endSessions(): Promise<void> {
    const keyring = this.#keyring;
    const ends = (await keyring?.ends()) ?? [];
    for (const token of ends) {
      if (!(await this.#server.logout(token))) return;
      await keyring?.setEnds((await keyring.ends()).filter((t) => t !== token));
    }
  }

  #ask(reason: Reason): void {
    this.#opened?.ask(reason);
    this.#tabs?.tell({ t: 'ask', reason });
  }

  #tellSync(part: Partial<SyncState>): void {
    this.#heardSync(part);
    this.#tabs?.tell({ t: 'sync', part });
  }

  #heardSync(part: Partial<SyncState>): void {
    const before = this.sync.get();
    const after = { ...before, ...part };
    const same = (Object.keys(after) as (keyof SyncState)[]).every((k) => Object.is(before[k], after[k]));
    if (!same) this.sync.set(after);
  }

  #heard(message: Message): void {
    const { memory } = this;
    const opened = this.#opened;
    if (message.t === 'hello' && opened) this.#tabs?.tell({ t: 'person', person: opened.person });
    if (message.t === 'person') this.#open(message.person, false).catch((error: unknown) => this.#broken(error));
    // The rest concerns whoever is in.
    if (!opened) return;
    if (message.t === 'token') this.#token(message.token);
    if (message.t === 'lock') void this.lock(message.ended, false);
    if (message.t === 'active') this.#stopIdle?.touch();
    if (message.t === 'change') memory.heard(message.change);
    if (message.t === 'dropped') void this.#dropped(message.scopes, false);
    if (message.t === 'sync') this.#heardSync(message.part);
    if (message.t === 'ask') opened.ask(message.reason);
  }

  #ended(): void {
    void this.#leave();
    this.session.set({
      status: 'broken',
      say: 'A newer version of this app is open in another tab. Reload this page; nothing is lost.',
    });
  }

  #broken(error: unknown): void {
    if (this.session.get().status === 'starting') this.session.set({ status: 'broken', say: brokenSentence(error) });
  }
}
