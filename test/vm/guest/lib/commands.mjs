import { execFile } from 'node:child_process';

/**
 * Runs a program without holding up whatever reads in this process.
 *
 * @param {string} program
 * @param {string[]} args
 * @returns {Promise<{ code: number, stdout: string, stderr: string }>}
 */
export function tryRun(program, args) {
  return new Promise((resolve) => {
    execFile(program, args, { encoding: 'utf8' }, (error, stdout, stderr) => {
      resolve({ code: error ? (typeof error.code === 'number' ? error.code : -1) : 0, stdout, stderr });
    });
  });
}

/** The same for what must succeed. */
export async function run(program, args) {
  const result = await tryRun(program, args);
  if (result.code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${result.code}: ${result.stderr}`);
  return result;
}
