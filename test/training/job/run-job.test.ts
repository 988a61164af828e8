import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { advance, type JobState, parseJob, type TrainingJob } from '../../../src/training/job/job.js';
import { JobFolder, jobsFolder } from '../../../src/training/job/job-folder.js';
import { type JobHooks, type JobSteps, runJob } from '../../../src/training/job/run-job.js';

const parent = mkdtempSync(join(tmpdir(), 'mien-job-'));
afterAll(() => rmSync(parent, { recursive: true }));
let root = '';
beforeEach(() => {
  root = mkdtempSync(join(parent, 'root-'));
});

const job: TrainingJob = {
  format: 1,
  name: 'me',
  title: 'Me',
  kind: 'self',
  source: null,
  face: { kind: 'portrait', file: 'portrait.png', original: 'me.png' },
  driver: { kind: 'guided', file: 'recording.mp4', keep: false },
  size: 128,
  minutes: 8,
  seed: 1,
  into: null,
  replace: false,
  created: '2026-01-31T12:00:00.000Z',
  command: 'mien avatar create me --portrait me.png --record',
  state: { kind: 'prepared' },
};

const hooks = (signal = new AbortController().signal): JobHooks => ({
  onTelemetry: () => {},
  onSample: () => {},
  isWatched: () => false,
  onMessage: () => {},
  signal,
});

/** Steps that write down when they are called, and end as they are told. */
function steps(calls: string[], ends: Partial<Record<keyof JobSteps, boolean | Error>> = {}): JobSteps {
  const step = (name: keyof JobSteps) => async (folder: JobFolder) => {
    calls.push(`${name} while ${folder.job.state.kind}`);
    const end = ends[name] ?? true;
    if (end instanceof Error) throw end;
    return end;
  };
  const finish = step('finish');
  return {
    makeTargets: step('makeTargets'),
    train: step('train'),
    finish: async (folder) => ((await finish(folder)) ? '/packs/me' : false),
  };
}

describe('the states of a job', () => {
  test('one after the other, each kept before the next begins', async () => {
    const folder = await JobFolder.create('me', async () => job, root);
    const calls: string[] = [];
    expect(await runJob(folder, steps(calls), hooks())).toBe('/packs/me');
    expect(calls).toEqual(['makeTargets while targets', 'train while training', 'finish while finishing']);
    folder.close();
    expect(JobFolder.open('me', root).job.state).toEqual({ kind: 'done', pack: '/packs/me' });
  });

  test.each([
    ['makeTargets', 'targets'],
    ['train', 'training'],
    ['finish', 'finishing'],
  ] as const)('stopped in %s, or failed there: the next run goes on with it', async (name, kind) => {
    const folder = await JobFolder.create('me', async () => job, root);
    expect(await runJob(folder, steps([], { [name]: false }), hooks())).toBeNull();
    await expect(runJob(folder, steps([], { [name]: new Error('no luck') }), hooks())).rejects.toThrow('no luck');
    folder.close();

    const again = JobFolder.open('me', root);
    expect(again.job.state.kind).toBe(kind);
    const calls: string[] = [];
    expect(await runJob(again, steps(calls), hooks())).toBe('/packs/me');
    expect(calls[0]).toBe(`${name} while ${kind}`);
    again.close();
  });

  test('a job that is done is not done again, and cannot skip what must come before', () => {
    const at = (state: JobState): TrainingJob => ({ ...job, state });
    expect(() => advance(at({ kind: 'prepared' }), { kind: 'finishing' })).toThrow(RangeError);
    expect(() => advance(at({ kind: 'training' }), { kind: 'targets' })).toThrow(RangeError);
    expect(advance(at({ kind: 'done', pack: '/p' }), { kind: 'training' }).state.kind).toBe('training');
  });
});

describe('the folder of a job', () => {
  test('is for the user alone, and lies where XDG says', async () => {
    const folder = await JobFolder.create('me', async () => job, root);
    const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
    expect([mode(folder.path), mode(folder.file('job.json')), mode(folder.file('lock'))]).toEqual([
      '700',
      '600',
      '600',
    ]);
    folder.close();
    expect(jobsFolder({ XDG_STATE_HOME: '/s' })).toBe('/s/mien/avatars-in-progress');
    expect(jobsFolder({ XDG_STATE_HOME: '' })).toMatch(/\/\.local\/state\/mien\/avatars-in-progress$/);
  });

  test('is made once: another of its name is refused, and the first is left alone', async () => {
    (await JobFolder.create('me', async () => job, root)).close();
    const again = JobFolder.create('me', async () => ({ ...job, seed: 2 }), root);
    await expect(again).rejects.toMatchObject({ code: 'OUTPUT_FAILED', message: expect.stringContaining('"me"') });
    expect(JobFolder.open('me', root).job.seed).toBe(1);
  });

  test('whose making fails is not there', async () => {
    const failing = JobFolder.create('me', () => Promise.reject(new Error('no face')), root);
    await expect(failing).rejects.toThrow('no face');
    expect(existsSync(join(root, 'me'))).toBe(false);
    expect(() => JobFolder.open('me', root)).toThrow('No avatar named "me" is being made');
  });

  test('that a killed run left half made is made anew', async () => {
    mkdirSync(join(root, 'me'));
    writeFileSync(join(root, 'me', 'recording.mp4'), 'half a film');
    const folder = await JobFolder.create('me', async () => job, root);
    expect(readdirSync(folder.path).sort()).toEqual(['job.json', 'lock']);
    folder.close();
  });

  test('is held by one process at a time, which is named; it is free as soon as that one is killed', async () => {
    (await JobFolder.create('me', async () => job, root)).close();
    const lock = join(root, 'me', 'lock');
    const holder = spawn('flock', [lock, 'sleep', '60'], { stdio: 'ignore', detached: true });
    const until = async (isHeld: boolean) => {
      for (;;) {
        try {
          JobFolder.open('me', root).close();
          if (!isHeld) return '';
        } catch (error) {
          if (isHeld) return (error as Error).message;
        }
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    };
    expect(await until(true)).toContain(`flock (process ${holder.pid})`);
    process.kill(-holder.pid!, 'SIGKILL');
    await once(holder, 'close');
    await until(false);
  });

  test('with a broken job is refused with what is wrong', async () => {
    (await JobFolder.create('me', async () => job, root)).close();
    writeFileSync(join(root, 'me', 'job.json'), '{"format": 1');
    expect(() => JobFolder.open('me', root)).toThrow('it is not JSON');
    expect(parseJob(JSON.stringify({ ...job, size: 100 }))).toMatch(/"size"/);
    expect(parseJob(JSON.stringify(job))).toEqual(job);
  });
});
