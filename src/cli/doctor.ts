import { spawnSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import { modprobeFile, systemdUnit } from '../doctor/config-files.js';
import { diagnose, judge } from '../doctor/diagnose.js';
import type { Facts } from '../doctor/facts.js';
import type { Finding } from '../doctor/finding.js';
import { gatherFacts } from '../doctor/gather-facts.js';
import { loopbackParameters } from '../doctor/loopback-setup.js';
import { isMendable, mend } from '../doctor/mend.js';
import { type Paint, type ReportStyle, reportLines } from '../doctor/report.js';
import { UserError } from '../errors.js';
import { ask } from './ask.js';

interface DoctorOptions {
  readonly json?: boolean;
  readonly fix?: boolean;
  readonly yes?: boolean;
  /** True: all of them. */
  readonly print?: true | 'modprobe' | 'systemd';
}

/** `mien doctor`: what is wrong on this machine, and the exact command that mends it. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('what is wrong on this computer, and the exact command that mends it')
    .option('--json', 'print what was found as one JSON object')
    .option('--fix', 'run the commands that are safe to run, each after it was shown and you said yes')
    .option('--yes', 'with --fix: do not ask')
    .addOption(new Option('--print [file]', 'print a config file, ready to keep').choices(['modprobe', 'systemd']))
    .addHelpText(
      'after',
      `
Exit code 0: mien can run here: there is a webcam or the demo, and an output,
be it the preview page. 1: it cannot.

Examples:
  mien doctor                       look at everything
  mien doctor --fix                 mend what can be mended, asking first
  mien doctor --json | jq '.findings[] | select(.severity != "ok")'
  mien doctor --print modprobe      how to load v4l2loopback, for
                                    /etc/modprobe.d
  mien doctor --print systemd       a user unit that keeps mien running
`,
    )
    .action(run);
}

async function run(options: DoctorOptions): Promise<void> {
  const { json = false, fix = false, yes = false, print } = options;
  if (yes && !fix) throw new UserError('CONFIG_INVALID', '--yes answers the questions of --fix.', 'Add --fix.');
  if (fix && json) throw new UserError('CONFIG_INVALID', '--fix asks, and --json is for programs.', 'Use one of them.');
  if (fix && !yes && !process.stdin.isTTY) {
    throw new UserError(
      'CONFIG_INVALID',
      '--fix asks before each command, and there is no terminal to ask on.',
      'Run it in a terminal, or add --yes.',
    );
  }
  let facts = await gatherFacts();
  if (print !== undefined) return console.log(printed(print, facts));
  if (json) {
    const verdict = judge(facts);
    console.log(JSON.stringify({ ...verdict, findings: diagnose(facts) }));
    process.exitCode = verdict.canRun ? 0 : 1;
    return;
  }
  report(facts);
  if (!fix) return;
  if (!diagnose(facts).some(isMendable)) return console.log('Nothing here is for --fix to mend.');
  facts = await mend(facts, { consent: (finding) => consent(finding, yes), run: runInShell, look: gatherFacts });
  console.log('');
  report(facts);
}

function report(facts: Facts): void {
  const verdict = judge(facts);
  for (const line of reportLines(facts, diagnose(facts), verdict, paint)) console.log(line);
  process.exitCode = verdict.canRun ? 0 : 1;
}

function printed(file: true | 'modprobe' | 'systemd', facts: Facts): string {
  const files = {
    modprobe: modprobeFile(loopbackParameters(facts)),
    systemd: systemdUnit([
      process.execPath,
      realpathSync(fileURLToPath(new URL('../../bin/mien.js', import.meta.url))),
    ]),
  };
  return (file === true ? Object.values(files) : [files[file]]).join('\n').trimEnd();
}

async function consent({ title, fix }: Finding, yes: boolean): Promise<boolean> {
  console.log(`\n${title}`);
  for (const command of fix) console.log(`  ${paint('command', command)}`);
  if (yes) return true;
  return /^y(es)?$/i.test(await ask(`Run ${fix.length === 1 ? 'it' : 'them'}? [y/N] `));
}

/** The user sees and answers what the command prints and asks. */
async function runInShell(command: string): Promise<boolean> {
  const { status } = spawnSync('sh', ['-c', command], { stdio: 'inherit' });
  if (status !== 0)
    console.error(`mien: "${command}" ended with exit code ${status ?? 'none'}; what follows it is left out.`);
  return status === 0;
}

const COLOURS: Readonly<Record<ReportStyle, string>> = {
  ok: '\x1b[32m',
  note: '\x1b[36m',
  warning: '\x1b[33m',
  error: '\x1b[1;31m',
  command: '\x1b[1m',
  dim: '\x1b[2m',
};

/** Colours are for a terminal, unless NO_COLOR is set (https://no-color.org). */
const paint: Paint = (style, text) =>
  process.stdout.isTTY && !process.env['NO_COLOR'] ? `${COLOURS[style]}${text}\x1b[0m` : text;
