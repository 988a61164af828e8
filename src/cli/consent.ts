import { Command } from 'commander';
import { keygenCommand, phraseCommand } from './consent-keys.js';
import { consentImportCommand, consentRevokeCommand } from './consent-revoke.js';
import { consentShowCommand } from './consent-show.js';
import { consentSignCommand } from './consent-sign.js';
import { consentForgetCommand, consentTrustCommand } from './consent-trust.js';

/** `mien consent`: who agreed to what. */
export function consentCommand(): Command {
  const command = new Command('consent').description('agree to the use of a face, and take it back').addHelpText(
    'after',
    `
Examples:
  mien consent keygen --name "Ada Lovelace"
  mien consent phrase               say it in a recording of yours
  mien consent sign ./ada --kind self --phrase ... --recording me.mp4
  mien consent show ada             what was agreed to, and does it hold?
  mien consent revoke ada           take it back
`,
  );
  for (const subcommand of [
    keygenCommand(),
    phraseCommand(),
    consentSignCommand(),
    consentShowCommand(),
    consentRevokeCommand(),
    consentImportCommand(),
    consentTrustCommand(),
    consentForgetCommand(),
  ]) {
    command.addCommand(subcommand);
  }
  return command;
}
