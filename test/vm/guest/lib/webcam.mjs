import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../fake-webcam.mjs', import.meta.url));

/** A process that is a webcam on a second loopback device. */
export class FakeWebcam {
  /**
   * @param {{ width: number, height: number }} size
   * @param {{ fps?: number, kind?: 'raw' | 'mjpeg', path?: string }} [options]
   */
  static async start({ width, height }, { fps = 25, kind = 'raw', path = '/dev/video11' } = {}) {
    const args = [script, path, `${width}x${height}`, String(fps), kind];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await once(child.stdout, 'data');
    return new FakeWebcam(child, JSON.parse(String(line)).firstMs, 1000 / fps);
  }

  constructor(child, firstMs, intervalMs) {
    this.child = child;
    this.firstMs = firstMs;
    this.intervalMs = intervalMs;
  }

  /** When the picture of this number was taken, on CLOCK_MONOTONIC. */
  takenMs(number) {
    return this.firstMs + number * this.intervalMs;
  }

  signal(name) {
    this.child.kill(name);
  }

  async stop() {
    const closed = once(this.child, 'close');
    this.child.kill();
    await closed;
  }
}
