// The servers of the peers: PouchDB's own CouchDB-compatible one, and a plain HTTP endpoint as RxDB's replication asks for. Both keep everything in memory, which spares
// them what ours does: checks, rights, audit and a durable commit.
import { createServer } from 'node:http';
import express from 'express';
import expressPouchDb from 'express-pouchdb';
import PouchDB from 'pouchdb';
import memory from 'pouchdb-adapter-memory';

PouchDB.plugin(memory);

const listen = (handler) =>
  new Promise((ready) => {
    const server = createServer(handler);
    server.listen(0, '127.0.0.1', () => {
      const close = () =>
        new Promise((done) => {
          server.close(done);
          server.closeAllConnections();
        });
      ready({ url: `http://127.0.0.1:${server.address().port}`, close });
    });
  });

const open = (request, response, next) => {
  response.set('access-control-allow-origin', request.headers.origin ?? '*');
  response.set('access-control-allow-headers', 'content-type, accept, authorization');
  response.set('access-control-allow-methods', 'GET, POST, PUT, DELETE, HEAD, OPTIONS');
  response.set('access-control-allow-credentials', 'true');
  if (request.method === 'OPTIONS') return response.end();
  next();
};

/** A CouchDB-compatible server with one database of these rows, `/rows`. */
export async function pouchServer(rows) {
  const InMemory = PouchDB.defaults({ adapter: 'memory' });
  const app = express();
  app.use(open);
  app.use('/', expressPouchDb(InMemory, { mode: 'minimumForPouchDB', inMemoryConfig: true, logPath: '/dev/null' }));
  const db = new InMemory('rows');
  for (let from = 0; from < rows.length; from += 1000)
    await db.bulkDocs(rows.slice(from, from + 1000).map(({ id, ...row }) => ({ _id: id, ...row })));
  return listen(app);
}

/** Pull by checkpoint and push with conflict check, as RxDB's HTTP replication asks for. */
export async function rxServer(rows) {
  let tick = 0;
  const docs = new Map(rows.map((row) => [row.id, { ...row, at: ++tick }]));
  let sorted = [...docs.values()];
  const app = express();
  app.use(open);
  app.use(express.json({ limit: '64mb' }));
  app.get('/pull', (request, response) => {
    const after = Number(request.query.at ?? 0);
    const limit = Number(request.query.limit);
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle].at <= after) low = middle + 1;
      else high = middle;
    }
    const documents = sorted.slice(low, low + limit);
    response.json({ documents, checkpoint: { at: documents.at(-1)?.at ?? after } });
  });
  app.post('/push', (request, response) => {
    const conflicts = [];
    const changed = [];
    for (const { newDocumentState, assumedMasterState } of request.body) {
      const present = docs.get(newDocumentState.id);
      if (present && present.at !== assumedMasterState?.at) {
        conflicts.push(present);
        continue;
      }
      const next = { ...newDocumentState, at: ++tick };
      docs.set(next.id, next);
      changed.push(next);
    }
    const gone = new Set(changed.map(({ id }) => id));
    sorted = [...sorted.filter(({ id }) => !gone.has(id)), ...changed];
    response.json(conflicts);
  });
  return listen(app);
}
