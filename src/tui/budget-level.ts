import type { StageStats } from '../telemetry/telemetry.js';

/** How a row stands against its budget at p95: well within, above 80 % of it, beyond it, or not measured yet. */
export type BudgetLevel = 'good' | 'near' | 'over' | 'unknown';

/** The part of the budget from which a row is `near` it. */
const NEAR = 0.8;

/** Judges a row of the ledger by its p95, as `Telemetry.brokenBy` does. */
export function budgetLevel(stats: StageStats): BudgetLevel {
  if (!Number.isFinite(stats.p95) || !(stats.budget > 0)) return 'unknown';
  if (stats.p95 > stats.budget) return 'over';
  return stats.p95 > NEAR * stats.budget ? 'near' : 'good';
}
