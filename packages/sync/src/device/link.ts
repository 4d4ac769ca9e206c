import type { PullReply, PullRequest, PushReply, PushRequest, SnapshotHeader, SnapshotRequest } from '../protocol.ts';

/** Why nothing came back that proves anything. The work stays where it is. */
export class LinkError extends Error {
  /** `unreachable`: no answer or 5xx; others as the HTTP status said. */
  readonly reason: 'unreachable' | 'signed_out' | 'forbidden' | 'too_old' | 'too_large' | 'busy' | 'epoch';
  /** Not before so many milliseconds, when the server said so. */
  readonly retryAfterMs: number | null;
  constructor(reason: LinkError['reason'], message: string, retryAfterMs: number | null = null) {
    super(message);
    this.name = 'LinkError';
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }
}

/** A snapshot as it arrives: its header, then its pages in order from the one asked for. */
export interface SnapshotStream {
  header: SnapshotHeader;
  pages: AsyncIterable<{ n: number; bytes: Uint8Array }>;
}

/** The way to the server: HTTP in the app, an unreliable postman in the simulation. Every method may throw LinkError. */
export interface Link {
  push(request: PushRequest): Promise<PushReply>;
  pull(request: PullRequest): Promise<PullReply>;
  snapshot(request: SnapshotRequest): Promise<SnapshotStream>;
}
