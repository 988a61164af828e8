import type { ChildProcess, SpawnOptions } from 'node:child_process';

export interface SessionParts {
  /** Also the portal through which browsers find cameras, with every answer being yes. */
  readonly portal?: boolean;
}

/** An object of `pw-dump`. */
export interface PipewireObject {
  readonly id: number;
  readonly type: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the daemon tells
  readonly info: any;
}

/**
 * Which of the programs are not installed, as a reason to skip; null if all are.
 *
 * @throws Error instead if MIEN_REQUIRE_TOOLS is set.
 */
export function whyNoSession(parts?: SessionParts): string | null;

/** A private D-Bus, PipeWire and WirePlumber. `close` ends them, and whatever was started with `spawn`. */
export class PrivateSession {
  static start(parts?: SessionParts): Promise<PrivateSession>;
  /** The environment of programs that belong to this session. */
  readonly env: Record<string, string>;
  /** Starts a program in the session. Its standard streams are closed unless `options` says otherwise. */
  spawn(command: string, args?: readonly string[], options?: SpawnOptions): ChildProcess;
  /** Kills PipeWire and WirePlumber with SIGKILL. */
  killDaemon(): Promise<void>;
  startDaemon(): Promise<void>;
  /** Signals PipeWire, to stop it for a while and let it go on. */
  signalDaemon(signal: NodeJS.Signals): void;
  /** All objects that the daemon knows; none if it does not answer. */
  dump(): PipewireObject[];
  nodes(): PipewireObject[];
  close(): Promise<void>;
}
