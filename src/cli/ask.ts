import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

/** Whether there is somebody at a terminal to ask. */
export function canAsk(): boolean {
  return [process.stdin, process.stdout, process.stderr].every(({ isTTY }) => isTTY === true);
}

/** A line from the terminal; empty if it ends instead (Ctrl-D). Closed at once, since commands read the terminal too. */
export function ask(question: string): Promise<string> {
  return readLine(question, process.stdout);
}

/** A line that is not shown while it is typed. The question goes to standard error, so that output can be kept in a file. */
export async function askSecret(question: string): Promise<string> {
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const answer = await readLine('', silent);
  process.stderr.write('\n');
  return answer;
}

async function readLine(question: string, output: NodeJS.WritableStream): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output, terminal: process.stdin.isTTY === true });
  terminal.on('SIGINT', () => process.exit(130)); // Ctrl-C ends it all, as everywhere
  const ended = once(terminal, 'close').then(() => '');
  try {
    return (await Promise.race([terminal.question(question), ended])).trim();
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') return ''; // how newer Node.js tells of Ctrl-D
    throw error;
  } finally {
    terminal.close();
  }
}
