import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { nearest } from '../config/nearest.js';
import { UserError } from '../errors.js';
import { avatarCommand } from './avatar.js';
import { benchCommand } from './bench.js';
import { consentCommand } from './consent.js';
import { devicesCommand } from './devices.js';
import { doctorCommand } from './doctor.js';
import { processCommand } from './process.js';
import { isReaderGone } from './reader-gone.js';
import { runCommand } from './run.js';
import { trackCommand } from './track.js';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

const program = new Command('mien')
  .description(
    'A virtual camera for video calls that makes you look rested, and tells what every millisecond went for.',
  )
  .version(version, '-V, --version')
  .helpCommand(true)
  .showSuggestionAfterError()
  .configureHelp({ sortSubcommands: false })
  .addHelpText(
    'after',
    `
Examples:
  mien                              the demo clip as camera: terminal UI and
                                    preview page
  mien --source talk.mp4            play a recording as if it were a camera
  mien --record out.mp4 --plain     record what goes out; a line a second in
                                    place of the terminal UI
  mien process talk.mp4 rested.mp4  touch up a whole file, sound kept
  mien bench                        how fast is this computer, and where do
                                    the milliseconds go
  mien track talk.mp4 --json        the face's 478 points, a line a frame
  mien devices                      webcams with their modes, virtual cameras
  mien doctor                       what is wrong on this computer, and the
                                    command that mends it
  mien avatar list                  the faces that can be worn
  mien consent keygen --name NAME   a key, to agree to the use of your face

"mien run --help" has the flags of the camera; the other commands have theirs.
`,
  );

program.addCommand(runCommand(), { isDefault: true });
program.addCommand(processCommand());
program.addCommand(benchCommand());
program.addCommand(trackCommand());
program.addCommand(devicesCommand());
program.addCommand(doctorCommand());
program.addCommand(avatarCommand());
program.addCommand(consentCommand());
for (const command of program.commands) {
  teachErrors(command, `mien ${command.name()}`);
  for (const subcommand of command.commands) teachErrors(subcommand, `mien ${command.name()} ${subcommand.name()}`);
}
program.exitOverride();

// Commands that would go on without a reader see to that themselves.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (!isReaderGone(error)) throw error;
  });
}

try {
  refuseUnknownCommand(process.argv[2]);
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** Errors of flags and arguments: in the style of all others, and with the help that they need. */
function teachErrors(command: Command, words: string): void {
  command
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError(`"${words} --help" shows what it takes.`)
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'mien: ')) });
}

/** `run` is the default, so without this a misspelt command would be taken for an argument of it. */
function refuseUnknownCommand(word: string | undefined): void {
  const names = [...program.commands.map((command) => command.name()), 'help'];
  if (word === undefined || word.startsWith('-') || names.includes(word)) return;
  const suggestion = nearest(word, names);
  throw new UserError(
    'CONFIG_INVALID',
    `"${word}" is not a command of mien.`,
    suggestion ? `Did you mean "mien ${suggestion}"?` : `The commands are: ${names.join(', ')}.`,
  );
}

/** Prints what went wrong, once, and gives the exit code. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode; // commander has printed it
  if (error instanceof UserError) {
    console.error(`mien: ${error.message}\n${error.remedy}`);
    return 1;
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  console.error(`mien: stopped by a fault of its own: ${message}`);
  console.error(
    process.env['MIEN_DEBUG'] ? stack : 'Run it again with MIEN_DEBUG=1 to see where, and please report it.',
  );
  return 1;
}
