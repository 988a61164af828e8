import { describe, expect, test } from 'vitest';
import { chooseDevice, type DeviceTrial } from '../../src/training/device-choice.js';
import type { TrainingDevice } from '../../src/training/step-session.js';
import type { RunningTraining } from '../../src/training/train-avatar.js';
import { trainAvatar } from '../../src/training/train-avatar.js';
import { blobSet, smallNetwork } from './synthetic-set.js';

const trial = (stepMs: number, ...gradients: number[]): DeviceTrial => ({
  stepMs,
  gradients: Float32Array.from(gradients),
});
const trials = (webgpu: DeviceTrial | Error, cpu: DeviceTrial) => async (device: TrainingDevice) => {
  if (device === 'cpu') return cpu;
  if (webgpu instanceof Error) throw webgpu;
  return webgpu;
};

describe('WebGPU', () => {
  test('is used where it opens, agrees and is faster', async () => {
    const choice = await chooseDevice('webgpu', trials(trial(20, 1, 2, 3.001), trial(100, 1, 2, 3)));
    expect(choice).toEqual({ device: 'webgpu', note: null });
  });

  test('is left where it does not open, and the reason is told', async () => {
    const choice = await chooseDevice(
      'webgpu',
      trials(new Error('/a/b.cc:136 x.y was false. No adapters\n  at line 136'), trial(100, 1)),
    );
    expect(choice).toEqual({
      device: 'cpu',
      note: 'Training on the processor: WebGPU does not open here (No adapters).',
    });
  });

  test('is left where it is slower', async () => {
    const choice = await chooseDevice('webgpu', trials(trial(120, 1, 2), trial(100, 1, 2)));
    expect(choice).toEqual({
      device: 'cpu',
      note: 'Training on the processor: a step takes 120 ms with WebGPU, 100 ms without.',
    });
  });

  test.each([
    ['others', [1, 2.1], "WebGPU's gradients differ from the processor's by 4.47 %"],
    ['none', [Number.NaN, 2], 'differ'],
  ])('is left where its gradients are %s', async (_, gradients, why) => {
    const choice = await chooseDevice('webgpu', trials(trial(20, ...gradients), trial(100, 1, 2)));
    expect(choice.device).toBe('cpu');
    expect(choice.note).toContain(why);
  });

  test('is not tried unless it is asked for', async () => {
    const never = () => Promise.reject(new Error('not asked for'));
    expect(await chooseDevice('cpu', never)).toEqual({ device: 'cpu', note: null });
  });

  test('asked for on this machine, the training runs and says on what', async () => {
    let running: RunningTraining | null = null;
    const trained = await trainAvatar(blobSet(), {
      budget: { kind: 'steps', steps: 2 },
      network: smallNetwork,
      batch: 2,
      workers: 2,
      device: 'webgpu',
      onStart: (training) => {
        running = training;
      },
    });
    expect(trained.step).toBe(2);
    const { device, deviceNote, workers } = running as unknown as RunningTraining;
    expect(deviceNote === null).toBe(device === 'webgpu');
    expect(workers).toBe(device === 'webgpu' ? 1 : 2);
    console.log(deviceNote ?? 'Training with WebGPU.');
  });
});
