import { nowMs } from '../frame/clock.js';

/** Reads what the whole process uses, all threads together. */
export class ProcessMeter {
  readonly #startedMs = nowMs();
  #atMs = this.#startedMs;
  #cpu = process.cpuUsage();
  #cpuPercent = 0;

  /** CPU since the last reading at least half a second ago (100 is one core), memory now, time since the start. */
  read(): { readonly cpuPercent: number; readonly rssMb: number; readonly uptimeS: number } {
    const now = nowMs();
    if (now - this.#atMs >= 500) {
      const cpu = process.cpuUsage();
      this.#cpuPercent = (cpu.user + cpu.system - this.#cpu.user - this.#cpu.system) / 10 / (now - this.#atMs);
      this.#cpu = cpu;
      this.#atMs = now;
    }
    return {
      cpuPercent: this.#cpuPercent,
      rssMb: process.memoryUsage.rss() / (1 << 20),
      uptimeS: (now - this.#startedMs) / 1000,
    };
  }
}
