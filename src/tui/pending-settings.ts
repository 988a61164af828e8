import type { LiveSettings, LiveSettingsPatch } from '../config/settings.js';

/** Longer than a command takes to come back in the telemetry; then what the engine says is true. */
const CONFIRMED_WITHIN_MS = 1000;

/**
 * Settings asked for by key and not yet seen in the telemetry. The screen shows them at once, and the next key builds on
 * them: without this, three quick presses of `→` would each start from the same old strength.
 */
export class PendingSettings {
  #patch: LiveSettingsPatch = {};
  #askedAtMs = Number.NEGATIVE_INFINITY;

  /** Remembers a change that was just sent. */
  ask(patch: LiveSettingsPatch, nowMs: number): void {
    this.#patch = { ...this.#patch, ...patch };
    this.#askedAtMs = nowMs;
  }

  /** The settings to show: the engine's, with what was asked for in the last second on top. */
  over(settings: LiveSettings, nowMs: number): LiveSettings {
    if (nowMs - this.#askedAtMs > CONFIRMED_WITHIN_MS) this.#patch = {};
    const asked = Object.entries(this.#patch).filter(([, value]) => value !== undefined);
    return { ...settings, ...Object.fromEntries(asked) };
  }
}
