// Runs inside the browser: the peers, as their guides say they are used.
import PouchDB from 'pouchdb-browser';
import { createRxDatabase } from 'rxdb';
import { replicateRxCollection } from 'rxdb/plugins/replication';
import { getRxStorageDexie } from 'rxdb/plugins/storage-dexie';
import { Subject } from 'rxjs';

const now = () => performance.now();

async function pouchFirst(url, name, batch) {
  const t0 = now();
  const db = new PouchDB(name);
  await db.replicate.from(`${url}/rows`, { batch_size: batch, batches_limit: 5 });
  const ms = now() - t0;
  const { doc_count: rows } = await db.info();
  await db.close();
  return { ms, rows };
}

async function pouchPush(url, name, count) {
  const db = new PouchDB(name);
  const { rows } = await db.allDocs({ include_docs: true, limit: count });
  for (const { doc } of rows) await db.put({ ...doc, city: `Town ${doc._id}` });
  const t0 = now();
  const { docs_written: written } = await db.replicate.to(`${url}/rows`, { batch_size: 500 });
  const ms = now() - t0;
  await db.close();
  return { ms, written };
}

async function pouchLive(url, names, count) {
  const [a, b] = names.map((name) => new PouchDB(name));
  const syncs = [a, b].map((db) => db.sync(`${url}/rows`, { live: true, retry: true }));
  const { rows } = await a.allDocs({ include_docs: true, limit: 1 });
  let doc = rows[0].doc;
  const times = [];
  for (let n = 0; n < count; n++) {
    const city = `Live ${n}`;
    const arrived = new Promise((seen) => {
      const feed = b.changes({ live: true, since: 'now', include_docs: true }).on('change', (change) => {
        if (change.doc.city !== city) return;
        feed.cancel();
        seen(now());
      });
    });
    await b.info();
    const t0 = now();
    const { rev } = await a.put({ ...doc, city });
    doc = { ...doc, city, _rev: rev };
    times.push((await arrived) - t0);
  }
  for (const sync of syncs) sync.cancel();
  return times;
}

const text = { type: 'string', maxLength: 200 };
const schemaOf = (fields) => ({
  version: 0,
  primaryKey: 'id',
  type: 'object',
  properties: {
    id: { type: 'string', maxLength: 40 },
    at: { type: 'number' },
    ...fields,
    last_name: text,
    phone: text,
    hospital_number: text,
    updated_at: text,
  },
  required: ['id', 'last_name', 'hospital_number', 'updated_at'],
  indexes: ['last_name', 'hospital_number', 'updated_at'],
});

const open = new Map();
async function rxOpen(name, fields) {
  if (!open.has(name)) {
    const db = await createRxDatabase({ name, storage: getRxStorageDexie(), multiInstance: false });
    const { rows } = await db.addCollections({ rows: { schema: schemaOf(fields) } });
    open.set(name, rows);
  }
  return open.get(name);
}

function rxReplicate(rows, url, { batch, live = false, push = false }) {
  const changes = new Subject();
  const source = live ? new EventSource(`${url}/stream`) : null;
  if (source) source.onmessage = ({ data }) => changes.next(JSON.parse(data));
  const replication = replicateRxCollection({
    replicationIdentifier: url,
    collection: rows,
    live,
    pull: {
      batchSize: batch,
      handler: async (checkpoint, limit) => (await fetch(`${url}/pull?at=${checkpoint?.at ?? 0}&limit=${limit}`)).json(),
      ...(live ? { stream$: changes.asObservable() } : {}),
    },
    ...(push
      ? {
          push: {
            batchSize: batch,
            handler: async (wishes) =>
              (
                await fetch(`${url}/push`, {
                  method: 'POST',
                  headers: { 'content-type': 'application/json' },
                  body: JSON.stringify(wishes),
                })
              ).json(),
          },
        }
      : {}),
  });
  const stop = async () => {
    source?.close();
    await replication.cancel();
  };
  return { replication, stop };
}

async function rxFirst(url, name, batch, fields) {
  const t0 = now();
  const rows = await rxOpen(name, fields);
  const { replication, stop } = rxReplicate(rows, url, { batch });
  replication.error$.subscribe((error) => console.error(String(error)));
  await replication.awaitInitialReplication();
  const ms = now() - t0;
  const count = await rows.count().exec();
  await stop();
  return { ms, rows: count };
}

async function rxPush(url, name, count, fields) {
  const rows = await rxOpen(name, fields);
  const docs = await rows.find({ limit: count }).exec();
  for (const doc of docs) await doc.incrementalPatch({ city: `Town ${doc.id}` });
  const t0 = now();
  const { replication, stop } = rxReplicate(rows, url, { batch: 500, push: true });
  await replication.awaitInSync();
  const ms = now() - t0;
  await stop();
  return { ms, written: docs.length };
}

async function rxLive(url, names, count, fields) {
  const collections = await Promise.all(names.map((name) => rxOpen(name, fields)));
  const running = collections.map((rows) => rxReplicate(rows, url, { batch: 100, live: true, push: true }));
  for (const { replication } of running) await replication.awaitInSync();
  const [a, b] = collections;
  const doc = await a.findOne().exec();
  const times = [];
  for (let n = 0; n < count; n++) {
    const city = `Live ${n}`;
    const arrived = new Promise((seen) => {
      const feed = b.$.subscribe(({ documentData }) => {
        if (documentData.city !== city) return;
        feed.unsubscribe();
        seen(now());
      });
    });
    const t0 = now();
    await doc.incrementalPatch({ city });
    times.push((await arrived) - t0);
  }
  for (const { stop } of running) await stop();
  return times;
}

Object.assign(globalThis, { peers: { pouchFirst, pouchPush, pouchLive, rxFirst, rxPush, rxLive } });
