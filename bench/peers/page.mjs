// Runs inside the browser: the peers, as their guides say they are used.
import PouchDB from 'pouchdb-browser';
import { createRxDatabase } from 'rxdb';
import { replicateRxCollection } from 'rxdb/plugins/replication';
import { getRxStorageDexie } from 'rxdb/plugins/storage-dexie';

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

function rxReplicate(rows, url, { batch, push = false }) {
  const replication = replicateRxCollection({
    replicationIdentifier: url,
    collection: rows,
    live: false,
    pull: {
      batchSize: batch,
      handler: async (checkpoint, limit) => (await fetch(`${url}/pull?at=${checkpoint?.at ?? 0}&limit=${limit}`)).json(),
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
  return replication;
}

async function rxFirst(url, name, batch, fields) {
  const t0 = now();
  const rows = await rxOpen(name, fields);
  const replication = rxReplicate(rows, url, { batch });
  replication.error$.subscribe((error) => console.error(String(error)));
  await replication.awaitInitialReplication();
  const ms = now() - t0;
  const count = await rows.count().exec();
  await replication.cancel();
  return { ms, rows: count };
}

async function rxPush(url, name, count, fields) {
  const rows = await rxOpen(name, fields);
  const docs = await rows.find({ limit: count }).exec();
  for (const doc of docs) await doc.incrementalPatch({ city: `Town ${doc.id}` });
  const t0 = now();
  const replication = rxReplicate(rows, url, { batch: 500, push: true });
  await replication.awaitInSync();
  const ms = now() - t0;
  await replication.cancel();
  return { ms, written: docs.length };
}

Object.assign(globalThis, { peers: { pouchFirst, pouchPush, rxFirst, rxPush } });
