/** What went wrong, for programs; the message and the remedy are for people. */
export type UserErrorCode =
  | 'CONFIG_INVALID'
  | 'INPUT_MISSING'
  | 'INPUT_INVALID'
  | 'DEVICE_MISSING'
  | 'DEVICE_BUSY'
  | 'MODEL_MISSING'
  | 'MODEL_CHANGED'
  | 'MODEL_INVALID'
  | 'AVATAR_MISSING'
  | 'AVATAR_INVALID'
  | 'CONSENT_REFUSED'
  | 'KEY_INVALID'
  | 'OUTPUT_FAILED'
  | 'LIBRARY_MISSING'
  | 'WORKER_CRASHED';

/**
 * An error that the user can mend. The command line prints `message` and `remedy`, each as it is, and exits with 1.
 *
 * `message` names the thing, what was found and what was expected; `remedy` is one sentence that says how to mend it.
 */
export class UserError extends Error {
  override readonly name = 'UserError';

  constructor(
    readonly code: UserErrorCode,
    message: string,
    readonly remedy: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The plain-data form of an error, for messages between threads (structured clone drops `code` and `remedy`). */
export interface ErrorRecord {
  readonly message: string;
  readonly stack: string | undefined;
  readonly user: { readonly code: UserErrorCode; readonly remedy: string } | null;
}

/** Turns anything thrown into plain data that crosses a thread. */
export function toErrorRecord(thrown: unknown): ErrorRecord {
  if (thrown instanceof UserError) {
    return { message: thrown.message, stack: thrown.stack, user: { code: thrown.code, remedy: thrown.remedy } };
  }
  if (thrown instanceof Error) return { message: thrown.message, stack: thrown.stack, user: null };
  return { message: String(thrown), stack: undefined, user: null };
}

/** Rebuilds the error that `toErrorRecord` flattened on another thread, its stack included. */
export function fromErrorRecord(record: ErrorRecord): Error {
  const error = record.user
    ? new UserError(record.user.code, record.message, record.user.remedy)
    : new Error(record.message);
  if (record.stack !== undefined) error.stack = record.stack;
  return error;
}
