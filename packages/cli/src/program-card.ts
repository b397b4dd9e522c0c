import { type Command, Option } from 'commander'
import type { Commands, Dispatch } from './commands.ts'
import { seconds } from './option-parsers.ts'
import { withOutput } from './program-options.ts'

/** Of the commands that may read something from the network. */
const withTimeout = (command: Command): Command =>
  withOutput(command).option('--timeout <seconds>', 'give up after this time', seconds)

type SignOptions = Omit<Commands['card sign'], 'source'>
type VerifyOptions = Omit<Commands['card verify'], 'source'>

/** `codetether card …`. What `card` has options for itself, commander takes for it also behind one of these commands. */
export const addCardCommands = (card: Command, run: Dispatch): void => {
  withTimeout(card.command('sign <file-or-url>'))
    .description('print a card of A2A v1.0 with a signature added')
    .requiredOption('--key <file>', 'the private key: PEM or JWK, P-256 or Ed25519')
    .option('--kid <id>', 'the name of the key in the signature (default: that of the JWK, or its thumbprint)')
    .action((source: string, _own: object, command: Command) =>
      run('card sign', { source, ...command.optsWithGlobals<SignOptions>() }),
    )
  withTimeout(card.command('verify <file-or-url>'))
    .description('check the signatures of a card; exit code 0 if one of them is valid')
    .addOption(new Option('--jwks <file-or-url>', 'the set of trusted keys (default: that of the server of a URL)'))
    .addOption(new Option('--key <file>', 'the trusted key: PEM or JWK').conflicts('jwks'))
    .action((source: string, _own: object, command: Command) =>
      run('card verify', { source, ...command.optsWithGlobals<VerifyOptions>() }),
    )
  withOutput(card.command('keygen'))
    .description('make a key for A2A_CARD_KEYS and for card sign')
    .requiredOption('--out <file>', 'where the private key is written, readable by you alone')
    .addOption(new Option('--alg <algorithm>', 'the kind of key').choices(['ES256', 'EdDSA']).default('ES256'))
    .action((_own: object, command: Command) => run('card keygen', command.optsWithGlobals<Commands['card keygen']>()))
}
