import { Socket } from 'node:net';
import pg from 'pg';
import { type Reach, SteeredClient } from './reach.ts';

/** pg's numbers of the types whose default reading would lose or bend something. */
const INT8 = 20;
const DATE = 1082;

const getTypeParser: pg.CustomTypesConfig['getTypeParser'] = (oid, format) => {
  // Sequence numbers stay far below 2^53; a day has no time zone, so it must not become a Date.
  if (oid === INT8) return Number;
  if (oid === DATE) return String;
  return pg.types.getTypeParser(oid, format);
};

/** How every connection of ours reads values: bigint as number, date as `YYYY-MM-DD`, timestamptz as Date, numeric as text. */
const TYPES: pg.CustomTypesConfig = { getTypeParser };

/** Connections of one process; PostgreSQL's default allows 100 in all. */
const POOL_MAX = 20;

/** A socket on which what is written in one turn of the event loop leaves together: a flight of statements is one packet, not one each. */
function gatheringSocket(): Socket {
  const socket = new Socket();
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  let gathering = false;
  socket.write = (...args: unknown[]): boolean => {
    if (!gathering) {
      gathering = true;
      socket.cork();
      process.nextTick(() => {
        gathering = false;
        socket.uncork();
      });
    }
    return write(...args);
  };
  return socket;
}

/** Pools whose connections are ours for one transaction at a time. */
const pooled = new WeakSet<pg.Pool>();

/** Whether a pooler in transaction mode stands between: nothing may be left on a connection after a transaction. */
export const isPooled = (pool: pg.Pool): boolean => pooled.has(pool);

/**
 * A pool whose connections send queries without waiting for the answers before (pipelining): cursors cannot be used on it.
 * Lost connections are reported to `onError` and replaced; they never end the process.
 */
export function createPool(
  config: string | (pg.PoolConfig & Reach),
  onError: (error: Error) => void = () => undefined,
): pg.Pool {
  const given = typeof config === 'string' ? { connectionString: config } : config;
  const pool = new pg.Pool({
    max: POOL_MAX,
    application_name: 'plastic-surgeon-assistant',
    keepAlive: true,
    types: TYPES,
    stream: gatheringSocket,
    ...given,
    pipeline: true,
    Client: SteeredClient,
  });
  if (given.pooled) pooled.add(pool);
  pool.on('error', onError);
  // A connection lost while checked out is not told by the pool: without a listener it would end the process.
  pool.on('connect', (client) => client.on('error', onError));
  return pool;
}
