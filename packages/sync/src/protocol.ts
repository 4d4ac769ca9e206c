import { type AnyRow, isInstant, type Patch, ROLES, UUID } from '@psa/domain';
import { z } from 'zod';

/**
 * The language between a device and the server. A tablet in a drawer speaks last month's version: raise the number with
 * every change of shape, add a line to the history, and keep accepting pushes of two versions back.
 *
 * History: 1 — first version. Since then added, for whoever asks for it: live pages (`CarriedPage`).
 */
export const PROTOCOL_VERSION = 1;

/** A push must fit a ward's worst link and one request body. */
export const PUSH_GROUPS_MAX = 200;
export const PUSH_BYTES_MAX = 256 * 1024;
/** What one screen saves together; larger work is several groups. */
export const GROUP_MUTATIONS_MAX = 100;
/** One page of changes: 500 rows are about 300 kB before compression. */
export const PULL_ROWS_MAX = 500;
/** Scopes a device may hold: those of its role, and up to three for each patient opened out of the archive. */
export const HELD_MAX = 300;
/** Records in one page of a snapshot: large enough to compress and seal well, small enough to lose on a cut line. */
export const SNAPSHOT_PAGE_ROWS = 500;
/** What a live event carries at most; what is more is pulled. A page of a few rows costs less than the request that it saves. */
export const CARRIED_ROWS_MAX = 50;
export const CARRIED_BYTES_MAX = 32 * 1024;
/** How long a device keeps what the server has acknowledged, so that a restored server can be given it again. */
export const ACKED_KEPT_MS = 14 * 24 * 3600 * 1000;

const uuid = z.string().regex(UUID);
const moment = z.string().refine(isInstant);
const patch = z.record(z.string().max(60), z.json()) as unknown as z.ZodType<Patch>;

export const OPS = ['create', 'edit', 'retract', 'restore', 'withdraw'] as const;
export type Op = (typeof OPS)[number];

/** One wish about one record. Its id makes it happen once, however often it is sent. */
export const mutationSchema = z.strictObject({
  mid: uuid,
  kind: z.string().max(60),
  id: uuid,
  op: z.enum(OPS),
  /** The `row_version` of the server's copy that the author had read; 0 when there was none. */
  base: z.int().min(0),
  /** create: all fields given; edit: the changed fields; retract, restore, withdraw: empty. */
  patch,
  /** Device clock at the tap: a claim, never used for order. */
  at: moment,
  /** The open conflict that this settles. */
  resolves: uuid.optional(),
  /** The refused mutation that this replaces (or, with op `withdraw`, gives up). */
  repairs: uuid.optional(),
  /** retract, withdraw: why. */
  reason: z.string().max(1000).optional(),
});
export type Mutation = z.infer<typeof mutationSchema>;

/** What one screen saved: applied, parked or refused as a whole. */
export const groupSchema = z.strictObject({
  group: uuid,
  device: uuid,
  author: uuid,
  /** The server's life whose `row_version`s the bases count (S49); null before the first contact. */
  epoch: uuid.nullable(),
  mutations: z.array(mutationSchema).min(1).max(GROUP_MUTATIONS_MAX),
});
export type Group = z.infer<typeof groupSchema>;

/**
 * A group as its author sealed it. `body` is the exact JSON text of the Group and `sig` its HMAC-SHA-256 (base64) under the
 * author's key on this device, so that whoever is signed in later can carry it to the server in the author's name.
 */
export const signedGroupSchema = z.strictObject({
  cseq: z.int().min(1),
  body: z.string().max(PUSH_BYTES_MAX),
  sig: z.string().max(100),
});
export type SignedGroup = z.infer<typeof signedGroupSchema>;

export const pushRequestSchema = z.strictObject({
  device: uuid,
  epoch: uuid.nullable(),
  schema: z.int().min(1),
  /** Device clock when sending; the server learns the offset from it. */
  sent_at: moment,
  /** Groups still waiting on the device, this push included, and since when the oldest. */
  outbox_depth: z.int().min(0),
  oldest_pending_at: moment.nullable(),
  groups: z.array(signedGroupSchema).max(PUSH_GROUPS_MAX),
});
export type PushRequest = z.infer<typeof pushRequestSchema>;

/**
 * Unsent work in a file, or before a withdrawn device is emptied: entries of an outbox as they lie there, each sealed (AES-GCM-256) under
 * the device's outbox key, which besides that device only the server has. `k` is the name of that key, `iv` and `d` are base64; the place
 * that is authenticated with an entry is `["outbox", cseq]`. Whoever is signed in may hand them in.
 */
export const handInRequestSchema = z.strictObject({
  device: uuid,
  schema: z.int().min(1),
  entries: z
    .array(
      z.strictObject({
        cseq: z.int().min(1),
        k: z.string().max(16),
        iv: z.string().max(24),
        // A group's text as JSON, sealed, in base64.
        d: z.string().max(4 * PUSH_BYTES_MAX),
      }),
    )
    .min(1)
    .max(PUSH_GROUPS_MAX),
});
export type HandInRequest = z.infer<typeof handInRequestSchema>;

/** One entry per entry of the request, in its order; without results when it could not be opened: then it is to be kept. */
export interface HandInReply {
  groups: PushReply['groups'];
}

export type ResultStatus = 'applied' | 'merged' | 'conflict' | 'deferred' | 'refused';

/** What became of one mutation. Everything but `deferred` is final and is given again, word for word, for the same mid. */
export interface MutationResult {
  mid: string;
  status: ResultStatus;
  /** applied, merged: the row's version after it. */
  version?: number;
  conflict_id?: string;
  /** refused, deferred: a ProblemCode. */
  code?: string;
  say?: string;
  fields?: Readonly<Record<string, string>>;
}

export interface PushReply {
  epoch: string;
  server_time: string;
  /** A sequence number that covers everything applied here; a cursor that has reached it has received it. */
  head: number;
  /** One entry per group of the request, in its order; `group` is null when its body could not be read. */
  groups: { cseq: number; group: string | null; results: MutationResult[] }[];
}

export const pullRequestSchema = z.strictObject({
  device: uuid,
  epoch: uuid.nullable(),
  schema: z.int().min(1),
  sent_at: moment,
  /** Everything up to this sequence number is held; null before the first snapshot. */
  cursor: z.int().min(0).nullable(),
  held: z.array(z.string().max(60)).max(HELD_MAX),
  limit: z.int().min(1).max(PULL_ROWS_MAX).optional(),
  digest: z.boolean().optional(),
  outbox_depth: z.int().min(0).optional(),
  oldest_pending_at: moment.nullable().optional(),
});
export type PullRequest = z.infer<typeof pullRequestSchema>;

/** Count and checksum of what a device should hold of one kind at this cursor (see digest.ts). */
export interface KindDigest {
  count: number;
  sum: number;
}

/**
 * A row that is no longer there: retracted (`D`) or gone to another scope (`X`). One that went to the archive or came back went as it is:
 * its copy in the scope named goes, whatever its version, and no other.
 */
export type Gone = [kind: string, id: string, op: 'D' | 'X', version: number, left?: string];

export interface PullReply {
  epoch: string;
  /** Set when the server was restored since the epoch asked with: writes acknowledged since then (null: all) are to be sent again. */
  restored_to: string | null;
  server_time: string;
  rows: Readonly<Record<string, AnyRow[]>>;
  gone: Gone[];
  /** Patients whose rows in this page lie in the archive. Absent: none. */
  archived?: string[];
  /** The cursor after this page. Never inside a transaction. */
  next: number;
  more: boolean;
  /** All scopes this user may hold, in the order to fetch them. */
  granted: string[];
  /** Scopes named in `held` that must be dropped. */
  revoked: string[];
  /** Whether the device may go on: `drain` = send, then drop everything; `revoked` = drop first. */
  device_state: 'active' | 'drain' | 'revoked';
  digest?: Readonly<Record<string, KindDigest>>;
}

/**
 * A page of changes that a live event carries (S53): what a pull from `from` in the scopes `held` would have been answered when it was made.
 * `held` is all that the person at the other end might hold at that moment.
 */
export interface CarriedPage extends Pick<PullReply, 'epoch' | 'rows' | 'gone' | 'archived' | 'next'> {
  from: number;
  held: string[];
}

/**
 * The head of a snapshot, first frame of its stream. Pages follow as frames in the order of `pages`, each the gzip of a JSON
 * array of rows. A frame is four bytes of length, big-endian, then that many bytes.
 */
export interface SnapshotHeader {
  snapshot: string;
  epoch: string;
  scope: string;
  /** Pulling from here on completes the snapshot. */
  head: number;
  pages: { n: number; kind: string; count: number; bytes: number; crc32: number }[];
}

export interface SnapshotRequest {
  device: string;
  scope: string;
  /** A snapshot older than this number would leave a gap behind the device's cursor. */
  min_head: number;
  /** Resume: the snapshot begun and the first page still missing. A server that no longer has it starts a new one. */
  snapshot?: string;
  from?: number;
}

/** `{error, code, fields}`: every refusal of every route. */
export interface ProblemReply {
  error: string;
  code: string;
  fields?: Readonly<Record<string, string>>;
}

/** What is shown beside the password: a code of an authenticator app or from paper, or what a passkey signed. */
const secondFactorSchema = z.strictObject({
  code: z.string().max(40).optional(),
  passkey: z.record(z.string(), z.json()).optional(),
  /** The token of an offered secret, with its first code. */
  setup: z.string().max(1000).optional(),
});
export type SecondFactor = z.infer<typeof secondFactorSchema>;

/** Goes with the refusal SECOND_FACTOR: what this person can show. */
export interface SecondFactorAsked {
  totp?: boolean;
  recovery?: boolean;
  /** For `navigator.credentials.get`, as WebAuthn writes it in JSON. */
  passkey?: unknown;
  /** The hospital asks one of this role and the person has none: a secret for an authenticator app, to be sent back with its first code. */
  setup?: { secret: string; uri: string; token: string };
}

export const loginRequestSchema = z.strictObject({
  email: z.string().max(255),
  password: z.string().max(200),
  /** A browser that keeps a copy names itself; other clients leave it out. */
  device: z.strictObject({ id: uuid, name: z.string().min(1).max(100), schema: z.int().min(1) }).optional(),
  second: secondFactorSchema.optional(),
});
export type LoginRequest = z.infer<typeof loginRequestSchema>;

/**
 * What a device needs to keep and seal its copy. Keys are 32 random bytes, base64, made by the server once per device and
 * purpose and the same at every sign-in, so that a new password or a second person finds the same pages readable.
 */
export interface DeviceGrant {
  id: string;
  state: 'active' | 'drain' | 'revoked';
  epoch: string;
  /** Without contact for so many hours the device opens for nobody until it has reached the server. */
  lease_hours: number;
  scopes: string[];
  keys: {
    /** Seals outbox, attention, journal and drafts: everyone who signs in here carries them, nobody loses them. */
    outbox: string;
    /** Seals pages and delta of each granted scope. */
    scopes: Readonly<Record<string, string>>;
    /** Signs this person's groups on this device. */
    author: string;
  };
}

export interface LoginReply {
  token: string;
  /** When the token ends, ISO 8601. */
  expires_at: string;
  message: string;
  user: AnyRow;
  device?: DeviceGrant;
}

export const registerRequestSchema = z.strictObject({
  email: z.string().max(255),
  password: z.string().max(200),
  full_name: z.string().max(255),
  role: z.enum(ROLES),
  department: z.string().max(100).nullish(),
  specialization: z.string().max(100).nullish(),
  license_number: z.string().max(50).nullish(),
  phone: z.string().max(20).nullish(),
});
