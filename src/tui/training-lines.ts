import type { TrainingTelemetry } from '../telemetry/training-telemetry.js';
import { figure } from './figures.js';
import { stageProgress } from './training-screen.js';

const NOTHING = '-';

/** One line for logs and pipes, without a line break: the stage, how far it is, and how training goes. */
export function formatTrainingLine({ name, stage }: TrainingTelemetry): string {
  const progress = stageProgress(stage)?.words ?? (stage.kind === 'targets' ? String(stage.done) : NOTHING);
  const details =
    stage.kind === 'training'
      ? [
          `loss ${figure(stage.figures.loss, 4, NOTHING)}`,
          `step ${stage.figures.step}`,
          `${figure(stage.figures.imagesPerSecond, 0, NOTHING)} images a second`,
        ]
      : [stage.doing];
  return [`${name} ${stage.kind}`, progress, ...details].join(' | ');
}

/** One JSON object, without a line break: name, size and stage; numbers with at most six decimals, null for none yet. */
export function formatTrainingJson({ name, size, stage }: TrainingTelemetry): string {
  return JSON.stringify({ name, size, stage }, (_key, value: unknown) =>
    typeof value === 'number' ? Math.round(value * 1e6) / 1e6 : value,
  );
}
