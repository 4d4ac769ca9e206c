/** Answers of the server that the app reads beside sync: one shape for who writes it and who shows it. */

/** Something that is done now and then: the last try, whether it went well, and when it last did (null: never). */
export interface DoneReply {
  at: string;
  ok: boolean;
  ok_at: string | null;
}

/** A tablet as its last contact left it. */
export interface StatusTablet {
  name: string;
  last_seen_at: string | null;
  /** Saves that waited on it, and since when the oldest. */
  waiting: number;
  oldest_at: string | null;
}

/** What GET /api/status answers: how things stand, as the server knows it. Null: not known here. */
export interface StatusReply {
  time: string;
  version: string;
  conflicts: number;
  refused: number;
  tablets: { in_use: number; waiting: number; saves: number; oldest_at: string | null; silent: number };
  backup: DoneReply | null;
  /** Only for those who look after it. */
  kept?: {
    audit: DoneReply | null;
    rehearsal: DoneReply | null;
    disk: { free: number; total: number } | null;
    database_bytes: number;
    tablets: StatusTablet[];
  };
}

/** A record that was opened in an emergency, as GET /api/emergency lists it. */
export interface EmergencyAccess {
  id: string;
  user_id: string;
  user_name: string;
  patient_id: string;
  patient_name: string;
  reason: string;
  begun_at: string;
  until: string;
  ended_at: string | null;
}
