/** Every refusal has a code for machines and a sentence for people. One catalogue, used by server, sync and screens. */
export interface Problem {
  /** HTTP status when it answers a request. */
  status: number;
  /** Whether sending the same again later may succeed. */
  retry: boolean;
  say: string;
}

export const PROBLEMS = {
  BAD_REQUEST: { status: 400, retry: false, say: 'The request could not be read.' },
  INVALID: { status: 400, retry: false, say: 'Some fields need correcting.' },
  NOT_SIGNED_IN: { status: 401, retry: false, say: 'Please sign in.' },
  BAD_CREDENTIALS: { status: 401, retry: false, say: 'E-mail or password is not right.' },
  SECOND_FACTOR: { status: 401, retry: false, say: 'The password is right. Now show your second factor.' },
  WRONG_CODE: { status: 422, retry: false, say: 'This code is not right, or was used before.' },
  SESSION_ENDED: { status: 401, retry: false, say: 'Your session has ended. Please sign in again.' },
  AWAITING_APPROVAL: { status: 403, retry: false, say: 'Your account is waiting for approval by an administrator.' },
  ACCOUNT_CLOSED: { status: 403, retry: false, say: 'This account has been closed. Ask an administrator.' },
  NOT_YOURS: { status: 403, retry: false, say: 'You may not see or change this.' },
  EMERGENCY_OVER: { status: 403, retry: false, say: 'This emergency access is over. Open it again if it is still needed.' },
  DEVICE_REVOKED: { status: 403, retry: false, say: 'This device has been withdrawn from use.' },
  NOT_FOUND: { status: 404, retry: false, say: 'There is nothing here by that name.' },
  TAKEN: { status: 409, retry: false, say: 'This is already in use.' },
  CONFLICT: { status: 409, retry: false, say: 'Someone changed this first. Compare the two and choose.' },
  LAST_ADMIN: { status: 409, retry: false, say: 'This is the last active administrator and cannot be removed.' },
  IN_DISPUTE: { status: 409, retry: false, say: 'Two versions of what this rests on stand open. Settle them first.' },
  EPOCH_CHANGED: { status: 409, retry: true, say: 'The server was restored; this device will fetch its copy again.' },
  TOO_LARGE: { status: 413, retry: false, say: 'This is too large to send.' },
  BROKEN_LINK: { status: 422, retry: false, say: 'This points to something that does not exist.' },
  CONSTRAINT: { status: 422, retry: false, say: 'This does not fit with what is already recorded.' },
  ILLEGAL_STEP: { status: 422, retry: false, say: 'This step is not possible from the current state.' },
  NOT_COMPUTED: { status: 422, retry: false, say: 'This result does not follow from its answers by this version of the rule.' },
  SERVER_ONLY: { status: 422, retry: false, say: 'This can only be changed while connected to the server.' },
  APPEND_ONLY: { status: 422, retry: false, say: 'This cannot be changed after it was recorded; add a new entry.' },
  GROUP_REFUSED: { status: 422, retry: false, say: 'This was saved together with an entry that was refused.' },
  PARENT_REFUSED: { status: 422, retry: true, say: 'This waits for the entry it belongs to.' },
  LOCKED: { status: 422, retry: false, say: 'This was signed or closed and stays as it is; add a new entry.' },
  BAD_SIGNATURE: { status: 422, retry: false, say: 'The author of this entry could not be confirmed.' },
  CRASH: { status: 422, retry: false, say: 'The server could not process this entry. It is kept and will be looked at.' },
  UNREADABLE: { status: 422, retry: false, say: 'This entry could not be read on this device. It is kept.' },
  APP_TOO_OLD: { status: 426, retry: true, say: 'This version of the app is too old to receive. Please update it.' },
  LOCKED_OUT: { status: 429, retry: true, say: 'Too many failed attempts. Wait a few minutes and try again.' },
  TOO_MANY: { status: 429, retry: true, say: 'Too many requests. Please wait a moment.' },
  DEVICE_FULL: {
    status: 507,
    retry: true,
    say: 'This device has no room left. Nothing was saved; free some space and try again.',
  },
  AI_FAILED: { status: 502, retry: true, say: 'The language model could not answer. Please try again later.' },
  AI_OFF: { status: 503, retry: false, say: 'No language model is set up here.' },
  INTERNAL: { status: 500, retry: true, say: 'The server failed. Your work is safe on this device.' },
  UNAVAILABLE: { status: 503, retry: true, say: 'The server is not ready. Your work is safe on this device.' },
} as const satisfies Readonly<Record<string, Problem>>;

export type ProblemCode = keyof typeof PROBLEMS;

/** Sentences by field name. */
export type FieldProblems = Readonly<Record<string, string>>;

/** What is wrong, with the fields it concerns; thrown inside, sent as `{error, code, fields}`. */
export class ProblemError extends Error {
  readonly code: ProblemCode;
  readonly fields: FieldProblems;
  constructor(code: ProblemCode, options: { say?: string; fields?: FieldProblems; cause?: unknown } = {}) {
    super(options.say ?? PROBLEMS[code].say, { cause: options.cause });
    this.name = 'ProblemError';
    this.code = code;
    this.fields = options.fields ?? {};
  }
  get status(): number {
    return PROBLEMS[this.code].status;
  }
}
