import { expect, test } from 'vitest';
import { Thread } from '../../src/pipeline/thread.js';

/** A worker that does this with each message. */
function threadThat(does: string): Thread<string, { kind: 'answer'; text: string }> {
  const code = `import { parentPort } from 'node:worker_threads'; parentPort.on('message', (message) => { ${does} });`;
  return new Thread('test', new URL(`data:text/javascript,${encodeURIComponent(code)}`));
}

test('messages of a kind reach its listener', async () => {
  const thread = threadThat("parentPort.postMessage({ kind: 'answer', text: message + '!' })");
  const answer = thread.once('answer');
  thread.send('here');
  expect(await answer).toEqual({ kind: 'answer', text: 'here!' });
  await thread.stop();
});

test.each([
  [
    'an error that it reports',
    "parentPort.postMessage({ kind: 'failed', error: { message: 'no disk', user: null } })",
    'no disk',
  ],
  ['an error that it does not catch', "throw new Error('a fault')", 'a fault'],
  ['a promise that it does not handle', "Promise.reject(new Error('unhandled'))", 'unhandled'],
  ['an exit', 'process.exit(3)', 'the test thread ended by itself, with exit code 3'],
])('%s ends whoever waits for the thread, with the cause', async (_, does, cause) => {
  const thread = threadThat(does);
  const answer = thread.once('answer');
  thread.send('go');
  await expect(answer).rejects.toThrow(cause);
  await expect(thread.failed).rejects.toThrow(cause);
  await thread.stop();
});

test('a user error keeps its code and remedy across the thread', async () => {
  const thread = threadThat(
    "parentPort.postMessage({ kind: 'failed', error: { message: 'm', stack: 's', user: { code: 'INPUT_MISSING', remedy: 'r' } } })",
  );
  thread.send('go');
  await expect(thread.failed).rejects.toMatchObject({ name: 'UserError', code: 'INPUT_MISSING', remedy: 'r' });
  await thread.stop();
});

test('stopping a thread is not a failure', async () => {
  const thread = threadThat('');
  let hasFailed = false;
  thread.failed.catch(() => {
    hasFailed = true;
  });
  await thread.stop();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(hasFailed).toBe(false);
});
