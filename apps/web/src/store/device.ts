import { homeScope, type Json, ProblemError, uuidv7 } from '@psa/domain';
import type { SecondFactor, SyncReport } from '@psa/sync';
import { watchIdle } from '../session/autolock.ts';
import { SessionEnds } from '../session/ends.ts';
import { Keyring, PBKDF2_ITERATIONS } from '../session/keyring.ts';
import { leaseSentence } from '../session/lease.ts';
import { actorOf, type Person, sameReach } from '../session/person.ts';
import { QuickUnlock } from '../session/quick.ts';
import { Server } from '../session/server.ts';
import { openTabs, type Tabs } from '../session/tabs.ts';
import type { Reason } from '../sync/driver.ts';
import type { DeviceApi, SessionState, SignInResult, SyncState, Wish } from './api.ts';
import { type Database, openDatabase } from './database.ts';
import { type DeviceEnv, type Message, QUIET } from './device-env.ts';
import { cleanDeviceName, firstDeviceName } from './device-name.ts';
import { Door } from './door.ts';
import { draftRoom } from './draft-room.ts';
import { Drafts } from './drafts.ts';
import { fileDesk } from './file-desk.ts';
import { whenIdle } from './idle.ts';
import { inOutline, type StoreChange } from './indexeddb.ts';
import { keyringStore } from './keyring-store.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import { Memory } from './memory.ts';
import { Opened } from './opened.ts';
import { mustBeSendable } from './sendable.ts';
import { brokenSentence, storageProblem } from './storage-problems.ts';
import { TabletDesk } from './tablet-desk.ts';
import { Value } from './value.ts';
import { dropOrphans, emptyDevice, WITHDRAWN } from './withdrawal.ts';

/** Another tab that is open answers within this; nobody's eye sees it. */
const HELLO_MS = 120;
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
  #door: Door | null = null;
  #desk: TabletDesk | null = null;
  #lease: LeaseKeeper | null = null;
  #ends: SessionEnds | null = null;
  #stopLease: (() => void) | null = null;
  #emptying = false;
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
      this.#lease = new LeaseKeeper(this.#keyring, this.#env.now);
      this.#ends = new SessionEnds(this.#keyring, this.#server);
      this.#deviceId = String(await db.get('meta', 'device'));
      this.#furnish(db, this.#keyring, this.#lease);
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

  /** The ways in, and what can be asked of this device itself. */
  #furnish(db: Database, keyring: Keyring, lease: LeaseKeeper): void {
    const quick = new QuickUnlock(keyringStore(db), this.#env.iterations ?? PBKDF2_ITERATIONS);
    const device = () => ({ id: this.#deviceId, name: this.#name });
    this.#door = new Door({
      ...{ server: this.#server, keyring, quick, lease, device },
      passkeys: this.#env.passkeys,
      now: this.#env.now,
      enter: (person, heard) => this.#enter(person, heard),
      rekeyed: ({ id, vaultKey }) => {
        const person = this.#opened?.person;
        if (person?.id === id) this.#tabs?.tell({ t: 'person', person: Object.assign(person, { vaultKey }) });
      },
      ended: () => this.#closed(),
      withdrawn: (token) => this.#empty(token),
    });
    this.#desk = new TabletDesk({
      ...{ db, keyring, quick, server: this.#server, device, memory: this.memory, door: this.#door },
      env: this.#env,
      opened: () => this.#opened,
    });
  }

  async #enter(person: Person, heard: boolean): Promise<void> {
    if (heard) await this.#lease?.heard();
    await this.#open(person);
    if (!heard) return;
    if (this.#db && this.#keyring) await dropOrphans(this.#db, this.#keyring);
    this.#heardSync({ contact: 'good', last_contact_at: new Date(this.#env.now()).toISOString() });
    void this.#env.persist().catch(() => false);
  }

  signIn(email: string, password: string, second?: SecondFactor): Promise<SignInResult> {
    return this.#ready(this.#door).signIn(email, password, second);
  }

  /** Empties memory and forgets the keys, here and (unless told by another tab) everywhere. */
  async lock(ended?: string, tell = true): Promise<void> {
    if (tell) this.#tabs?.tell({ t: 'lock', ...(ended === undefined ? {} : { ended }) });
    await this.#leave();
    await this.#closed(ended);
  }

  #ready<T>(part: T | null): T {
    if (part === null) throw new ProblemError('UNAVAILABLE', { say: 'This browser is still opening its storage.' });
    return part;
  }

  async signOut(): Promise<void> {
    const person = this.#opened?.person;
    const keyring = this.#keyring;
    if (person && keyring) {
      const { token } = person;
      await keyring.change(person.id, person.vaultKey, (secrets) => ({ ...secrets, token: null, expires_at: null }));
      if (token !== null) await this.#ends?.add(token);
    }
    await this.lock();
    void this.#ends?.tell().catch(() => undefined);
  }

  async save(wishes: readonly Wish[], mends?: { group: string }): Promise<{ group: string }> {
    const opened = this.#opened;
    if (!opened) throw new ProblemError('NOT_SIGNED_IN');
    mustBeSendable(wishes);
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

  syncNow = (): void => {
    this.#opened?.wake();
    this.#ask('signal');
  };

  call(method: 'GET' | 'POST' | 'PATCH', path: string, body?: Json): Promise<Json> {
    return this.#server.call(method, path, this.#opened?.person.token ?? null, body, () => this.#ask('signal'));
  }

  deviceName = (): string => this.#name;

  async nameDevice(name: string): Promise<void> {
    const plain = cleanDeviceName(name);
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
      ...fileDesk(this.memory, this.#env.now, () => this.#opened, this.syncNow),
      session: {
        signIn: (...given) => this.signIn(...given),
        withPin: (email, pin) => this.#ready(this.#door).withPin(email, pin),
        withPasskey: (email) => this.#ready(this.#door).withPasskey(email),
        lock: () => this.lock(),
        signOut: () => this.signOut(),
      },
      save: (wishes, mends) => this.save(wishes, mends),
      viewed: (patient) => this.viewed(patient),
      syncNow: this.syncNow,
      newId: this.newId,
      call: (method, path, body) => this.call(method, path, body),
      present: (kind, id) => this.memory.present(kind, id),
      deviceName: this.deviceName,
      nameDevice: (name) => this.nameDevice(name),
      desk: () => this.#ready(this.#desk),
    };
  }

  /** Lets a person in. Somebody who is in already with the same keys only gets the new token. */
  async #open(person: Person, tell = true): Promise<void> {
    const db = this.#db;
    if (!db) throw new ProblemError('UNAVAILABLE');
    const before = this.#opened;
    if (before && sameReach(before.person, person)) {
      const { user, vaultKey, lease_hours } = person;
      Object.assign(before.person, { user, vaultKey, lease_hours } satisfies Partial<Person>);
      this.#token(person.token);
    } else {
      await this.#leave();
      const opened = new Opened(person, {
        ...this.#env,
        db,
        onChange: (change) => this.#changed(change),
        onDropped: (scopes) => void this.#dropped(scopes),
        onSync: (part) => this.#tellSync(part),
        onCompared: (compared) => void this.#keyring?.putNote('digest', compared).catch(() => undefined),
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
      const hours = () => opened.person.lease_hours;
      this.#stopLease = this.#lease?.watch(hours, this.#env.page, () => void this.lock(leaseSentence(hours()))) ?? null;
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
    this.#stopLease?.();
    this.#stopLease = null;
    await this.drafts.leave();
    this.memory.empty();
    this.sync.set(QUIET);
  }

  async #closed(ended?: string): Promise<void> {
    const known = (await this.#keyring?.known()) ?? [];
    // Another tab may have emptied the device, which is a new one since.
    this.#deviceId = String((await this.#db?.get('meta', 'device')) ?? this.#deviceId);
    const unsent = (await this.#db?.count('outbox')) ?? 0;
    if (!this.#opened) this.session.set({ status: 'closed', known, unsent, ...(ended === undefined ? {} : { ended }) });
  }

  /** The device was withdrawn: nobody stays in, and everything goes that the server has taken or can give again. */
  async #empty(token: string | null): Promise<string> {
    if (!this.#db || this.#emptying) return WITHDRAWN;
    this.#emptying = true;
    try {
      this.#tabs?.tell({ t: 'lock', ended: WITHDRAWN });
      await this.#leave();
      const say = await emptyDevice(this.#db, this.#server, token, this.#deviceId, this.newId());
      await this.#closed(say);
      return say;
    } finally {
      this.#emptying = false;
    }
  }

  #changed(change: StoreChange): void {
    this.memory.heard(change);
    this.#tabs?.tell({ t: 'change', change: inOutline(change) });
  }

  async #dropped(scopes: readonly string[], tell = true): Promise<void> {
    const person = this.#opened?.person;
    if (!person || scopes.every((scope) => homeScope(scope) !== scope)) return;
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
    if (heard) {
      void this.#lease?.heard().catch(() => undefined);
      void this.#ends?.tell().catch(() => undefined);
    }
    // A device that only drains goes on until nothing waits any more.
    void opened.toBeEmptied().then((now) => {
      if (now && this.#opened === opened) return this.#empty(opened.person.token);
      return undefined;
    });
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
    if (!(Object.keys(after) as (keyof SyncState)[]).every((k) => Object.is(before[k], after[k]))) this.sync.set(after);
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
