import type { TrainingDevice } from './step-session.js';

/** What a few steps on a device gave. */
export interface DeviceTrial {
  /** A step of the whole batch, with as many workers as the device would have. */
  readonly stepMs: number;
  readonly gradients: Float32Array;
}

/** The device that a training runs on, and why it is not the one asked for; null if it is. */
export interface DeviceChoice {
  readonly device: TrainingDevice;
  readonly note: string | null;
}

/** Length of the difference of two gradients, as a share of their length: rounding in another order gives 1e-5. */
const DIFFERENCE_AT_MOST = 1e-3;

/**
 * Chooses the device. WebGPU is used only where it opens, computes what the processor computes, and is faster.
 *
 * @param trial - takes a few steps on a device, the same ones on each; rejects if the device cannot.
 */
export async function chooseDevice(
  wanted: TrainingDevice,
  trial: (device: TrainingDevice) => Promise<DeviceTrial>,
): Promise<DeviceChoice> {
  if (wanted === 'cpu') return { device: 'cpu', note: null };
  const onCpu = (why: string): DeviceChoice => ({ device: 'cpu', note: `Training on the processor: ${why}.` });
  let webgpu: DeviceTrial;
  try {
    webgpu = await trial('webgpu');
  } catch (error) {
    return onCpu(`WebGPU does not open here (${lastSentence((error as Error).message)})`);
  }
  const cpu = await trial('cpu');
  const difference = relativeDifference(webgpu.gradients, cpu.gradients);
  if (!(difference <= DIFFERENCE_AT_MOST)) {
    return onCpu(`WebGPU's gradients differ from the processor's by ${(100 * difference).toFixed(2)} %`);
  }
  if (webgpu.stepMs >= cpu.stepMs) {
    return onCpu(`a step takes ${webgpu.stepMs.toFixed(0)} ms with WebGPU, ${cpu.stepMs.toFixed(0)} ms without`);
  }
  return { device: 'webgpu', note: null };
}

function relativeDifference(a: Float32Array, b: Float32Array): number {
  let [difference, length] = [0, 0];
  for (let i = 0; i < b.length; i++) {
    difference += (a[i]! - b[i]!) ** 2;
    length += b[i]! ** 2;
  }
  return Math.sqrt(difference / length);
}

/** ONNX Runtime begins with the place in its own source; what it found comes last in the first line. */
function lastSentence(message: string): string {
  return message.split('\n')[0]!.split('. ').at(-1)!;
}
