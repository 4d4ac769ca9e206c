import { uuidv7 } from '@psa/domain';
import { beforeEach, expect, test } from 'vitest';
import type { PushReply, PushRequest } from '../protocol.ts';
import { unpackPage } from '../sim/codec.ts';
import { Random } from '../sim/random.ts';
import { newGroup } from './groups.ts';
import { LinkError } from './link.ts';
import { MemoryDeviceStore, MemoryDisk } from './memory.ts';
import { pushAll } from './push.ts';
import { emptyReport } from './report.ts';
import type { Contacts } from './round.ts';

const random = new Random(1);
const id = () => uuidv7(0, (n) => random.random(n));
const EPOCH = id();

let store: MemoryDeviceStore;
let told: string[];
let push: (request: PushRequest) => Promise<PushReply>;
/** What happens in the storage before answers are taken in. */
let beforeSettle: () => Promise<void>;

/** Six groups wait, and go two by two. */
beforeEach(async () => {
  told = [];
  store = new MemoryDeviceStore(new MemoryDisk(id()), unpackPage);
  await store.newEpoch(EPOCH, null);
  const env = { now: () => 0, chance: random };
  for (let i = 0; i < 6; i++) {
    const who = { device: id(), author: id(), epoch: EPOCH };
    await store.save(await newGroup([{ kind: 'patients', id: id(), op: 'create', base: 0, patch: {} }], who, env, () => ''));
  }
  beforeSettle = async () => undefined;
  push = async (request) => answer(request);
});

const answer = ({ groups, epoch }: PushRequest): PushReply => ({
  epoch: epoch ?? '',
  server_time: '2026-03-01T08:00:00.000Z',
  head: 1,
  groups: groups.map(({ cseq, body }) => {
    const { group, mutations } = JSON.parse(body) as { group: string; mutations: { mid: string }[] };
    return { cseq, group, results: mutations.map(({ mid }) => ({ mid, status: 'applied', version: 1 })) };
  }),
});

const contacts = (): Contacts => {
  const settle: MemoryDeviceStore['settle'] = async (answers, ...rest) => {
    const numbers = answers.map(({ cseq }) => cseq).join();
    told.push(`takes in ${numbers}`);
    await beforeSettle();
    await store.settle(answers, ...rest);
    told.push(`took in ${numbers}`);
  };
  const watched = new Proxy(store, {
    get: (real, name) => {
      const value: unknown = name === 'settle' ? settle : Reflect.get(real, name, real);
      return typeof value === 'function' && name !== 'settle' ? value.bind(real) : value;
    },
  });
  const never = () => Promise.reject(new Error('Nobody asked for this.'));
  const asked = (request: PushRequest) => {
    told.push(`sends ${request.groups.map(({ cseq }) => cseq).join()}`);
    return push(request);
  };
  return {
    store: watched,
    link: { push: asked, pull: never, snapshot: never },
    env: { now: () => 0, chance: random },
    memory: { batch: 2, digestAt: null, trimmedAt: null, deferredAt: null, promised: null, mended: false },
    report: emptyReport(),
    progress: () => undefined,
    heard: () => undefined,
  };
};
const left = async () => (await store.outbox()).map(({ cseq }) => cseq);

test('[S2] the next batch goes while the answers to the last are taken in, never before they came', async () => {
  const c = contacts();
  let sent = () => {};
  let first = true;
  // The first batch is not taken in before the second is on its way.
  beforeSettle = () => (first ? new Promise((go) => (sent = go)) : Promise.resolve());
  push = async (request) => {
    if (request.groups[0]?.cseq !== 1) {
      first = false;
      sent();
    }
    return answer(request);
  };
  expect(await pushAll(c)).toBe('sent');
  expect(told).toEqual(['sends 1,2', 'takes in 1,2', 'sends 3,4,5,6', 'took in 1,2', 'takes in 3,4,5,6', 'took in 3,4,5,6']);
  expect(await left()).toEqual([]);
});

test('[S5] what was answered stays answered when the next batch is lost, and is taken in before that is told', async () => {
  push = async (request) => {
    if (request.groups[0]?.cseq !== 1) throw new LinkError('unreachable', 'lost');
    return answer(request);
  };
  const c = contacts();
  await expect(pushAll(c)).rejects.toThrow('lost');
  expect(await left()).toEqual([3, 4, 5, 6]);
  expect(c.memory.batch).toBe(2);
});

test('[S5] a storage that cannot take the answers in is told, and nothing leaves the outbox', async () => {
  beforeSettle = () => Promise.reject(new Error('the disk is full'));
  await expect(pushAll(contacts())).rejects.toThrow('the disk is full');
  expect(await left()).toEqual([1, 2, 3, 4, 5, 6]);
});

test('[S48] when another tab learns of a restore meanwhile, nothing more is sent', async () => {
  push = async (request) => {
    if (request.groups[0]?.cseq === 1) await store.newEpoch(id(), null);
    return answer(request);
  };
  expect(await pushAll(contacts())).toBe('pull first');
  expect(told.filter((line) => line.startsWith('took in'))).toEqual([]);
  expect(await left()).toEqual([1, 2, 3, 4, 5, 6]);
});
