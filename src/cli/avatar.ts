import { Command } from 'commander';
import { avatarCreateCommand } from './avatar-create.js';
import { avatarListCommand, avatarShowCommand } from './avatar-list.js';
import { avatarSignCommand } from './avatar-sign.js';
import { avatarTrainCommand } from './avatar-train.js';
import { avatarExportCommand, avatarImportCommand, avatarRemoveCommand } from './avatar-transfer.js';
import { avatarVerifyCommand } from './avatar-verify.js';

/** `mien avatar`: the faces that can be worn. */
export function avatarCommand(): Command {
  const command = new Command('avatar')
    .description('the faces that can be worn: list, verify, send, take in')
    .addHelpText(
      'after',
      `
Examples:
  mien avatar list --json | jq -r '.[].name'
  mien avatar verify ./gioconda     whole, signed, and its consent holds?
  mien avatar export gioconda       gioconda.mien, to send
  mien avatar import ada.mien       verify it and take it in
  mien avatar import ada.dfm --consent ada.consent.json
`,
    );
  for (const subcommand of [
    avatarCreateCommand(),
    avatarTrainCommand(),
    avatarListCommand(),
    avatarShowCommand(),
    avatarVerifyCommand(),
    avatarSignCommand(),
    avatarExportCommand(),
    avatarImportCommand(),
    avatarRemoveCommand(),
  ]) {
    command.addCommand(subcommand);
  }
  return command;
}
