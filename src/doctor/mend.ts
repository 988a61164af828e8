import { diagnose } from './diagnose.js';
import type { Facts } from './facts.js';
import type { Finding } from './finding.js';

/** What mending needs of the world. */
export interface Surgeon {
  /** Shows a finding with its commands, and tells whether they may be run. */
  consent(finding: Finding): Promise<boolean>;
  /** Runs one command in a shell; true if it succeeded. */
  run(command: string): Promise<boolean>;
  /** Looks again: a command may have mended more than its own finding. */
  look(): Promise<Facts>;
}

/**
 * Mends what safely can be, one finding after another, each at most once. A failing command ends its finding's list.
 * Nothing is run but the commands of findings that are safe to run and were consented to.
 *
 * @returns the facts after it.
 */
export async function mend(facts: Facts, surgeon: Surgeon): Promise<Facts> {
  const tried = new Set<string>();
  for (;;) {
    const next = diagnose(facts).find((finding) => isMendable(finding) && !tried.has(finding.id));
    if (!next) return facts;
    tried.add(next.id);
    if (!(await surgeon.consent(next))) continue;
    for (const command of next.fix) if (!(await surgeon.run(command))) break;
    facts = await surgeon.look();
  }
}

/** Whether `mend` would run anything for a finding. */
export function isMendable({ isSafeToRun, fix }: Finding): boolean {
  return isSafeToRun && fix.length > 0;
}
