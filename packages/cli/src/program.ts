import { Argument, Command, Option } from 'commander'
import { commandTree } from './command-tree.ts'
import type { Commands, Dispatch } from './commands.ts'
import { installHints, shells } from './completion/install-hints.ts'
import { defaultCommand } from './completion/places.ts'
import { examples } from './examples.ts'
import { HintedError, UsageError } from './failure.ts'
import type { OutputOptions } from './io.ts'
import { addCardCommands } from './program-card.ts'
import { addDataCommands } from './program-data.ts'
import {
  protocolOption,
  transportOption,
  withAccess,
  withData,
  withOutput,
  withServer,
  withSettings,
  withStart,
} from './program-options.ts'
import { addPushCommands } from './program-push.ts'
import { addTaskCommands } from './program-tasks.ts'
import { addWorkerCommands } from './program-worker.ts'

const addServerCommands = (program: Command, run: Dispatch): void => {
  withStart(program.command('serve'))
    .aliases(['start', 'run', 'server'])
    .description('run the server; flags without a command mean this')
    .action((options: Commands['serve']) => run('serve', options))
  withStart(program.command('dev'))
    .option('--no-worker', 'run no worker; without a word about it there is one with this directory')
    .description('run the server with readable logs, and print calls to try')
    .action((options: Commands['dev']) => run('dev', options))
  withData(program.command('migrate'))
    .description('bring the schema of the database up to date')
    .option('--status', 'only say which migrations are applied and which are pending')
    .option('--dry-run', 'only print what would be done: pending migrations and all other SQL')
    .option('--create', 'make the external database if it is missing')
    .option('--dev', 'accept with a warning what is not for production; so it is without --prod')
    .option('--prod', 'refuse a database or a login that is not for production')
    .action((options: Commands['migrate']) => run('migrate', options))
  withOutput(withSettings(program.command('config')))
    .description('print the settings as the server would use them, and where they come from')
    .action((options: Commands['config']) => run('config', options))
  withOutput(withSettings(program.command('doctor')))
    .description('check what the server needs, with a hint for each problem')
    .action((options: Commands['doctor']) => run('doctor', options))
}

const jwksOption = () => new Option('--jwks <file-or-url>', 'the set of keys that are trusted to sign the card')
const keyOption = () =>
  new Option('--key <file>', 'the key that is trusted to sign the card: PEM or JWK').conflicts('jwks')

const addClientCommands = (program: Command, run: Dispatch): void => {
  withAccess(program.command('call <url> [text]'))
    .description('send a message to an agent and print its answer; text may come from standard input')
    .option('--stream', 'print statuses and artifacts as they come')
    .option('--task <id>', 'the task to answer or continue')
    .option('--context <id>', 'the conversation to continue')
    .option('--agent <name>', 'the agent behind the server that shall answer')
    .addOption(protocolOption())
    .addOption(transportOption())
    .option('--require-signed', 'call only if the card is signed, with a key of its server or one that is named')
    .addOption(jwksOption())
    .addOption(keyOption())
    .action((url: string, text: string | undefined, options: Omit<Commands['call'], 'url' | 'text'>) =>
      run('call', { url, ...(text === undefined ? {} : { text }), ...options }),
    )
  addTaskCommands(program, run)
  withServer(program.command('agents'))
    .description('list the agents behind the server')
    .action((options: Commands['agents']) => run('agents', options))
  const card = withServer(program.command('card [url]'))
    .description('print the card of an agent')
    .addOption(protocolOption('the version of A2A whose form of the card is asked for'))
    .action((url: string | undefined, options: Omit<Commands['card'], 'url'>) =>
      run('card', { ...(url === undefined ? {} : { url }), ...options }),
    )
  addCardCommands(card, run)
  withAccess(program.command('inspect <url>'))
    .description('check the card and the interfaces of an agent against the specification, with harmless calls')
    .option('--send <text>', 'also send this message to each interface; nothing is sent without it')
    .addOption(jwksOption())
    .addOption(keyOption())
    .addOption(protocolOption('try only interfaces of this version of A2A'))
    .addOption(transportOption('try only interfaces with this transport'))
    .action((url: string, options: Omit<Commands['inspect'], 'url'>) => run('inspect', { url, ...options }))
}

const installation = `
Install it:
${Object.entries(installHints)
  .map(([shell, hint]) => `  ${shell.padEnd(12)}${hint}`)
  .join('\n')}
`

const addCompletion = (program: Command, run: Dispatch, json: boolean): void => {
  withOutput(program.command('completion'))
    .addHelpText('after', json ? '' : installation)
    .description('print a script that completes commands and options in your shell')
    .addArgument(new Argument('[shell]', 'without it, the shell of $SHELL').choices(shells))
    .action((shell: Commands['completion']['shell'], options: OutputOptions) =>
      run('completion', { ...(shell === undefined ? {} : { shell }), ...options, program: commandTree(program) }),
    )
}

/** To wrong arguments of a command its own help is a better hint than that of the program. */
const hintAtOwnHelp = (parent: Command, path = parent.name()): void => {
  for (const command of parent.commands) {
    const own = `${path} ${command.name()}`
    command.exitOverride(error => {
      const isHinted =
        error.exitCode === 0 || error.code === 'commander.help' || error.message.includes('(Did you mean')
      throw isHinted ? error : new HintedError(error, `${own} --help explains it`)
    })
    hintAtOwnHelp(command, own)
  }
}

/** The arguments of the program, as a table. */
export const createProgram = (
  run: Dispatch,
  { version, writeOut, json = false }: { version: string; writeOut: (text: string) => void; json?: boolean },
): Command => {
  const program = new Command('codetether')
    .description('The control plane for AI agents: durable tasks over A2A.')
    .version(version, '-V, --version')
    .helpOption('-h, --help', 'explain a command')
    .exitOverride()
    .configureOutput({ writeOut, writeErr: () => undefined })
  // Help as a document has no text behind it.
  if (json) program.configureHelp({ formatHelp: command => `${JSON.stringify(commandTree(command), null, 2)}\n` })
  else program.addHelpText('after', examples)
  addServerCommands(program, run)
  addClientCommands(program, run)
  addPushCommands(program, run)
  addWorkerCommands(program, run)
  addDataCommands(program, run)
  addCompletion(program, run, json)
  hintAtOwnHelp(program)
  return program
}

const ofProgram = new Set(['-h', '--help', '-V', '--version'])

/** `help` takes any number of words; commander's own takes one and is silent about what it does not know. */
const helpFor = (program: Command, args: readonly string[]): string[] => {
  const words = args.filter(arg => !arg.startsWith('-') && arg !== 'help')
  let command = program
  for (const [index, word] of words.entries()) {
    const next = command.commands.find(child => child.name() === word || child.aliases().includes(word))
    if (next === undefined)
      throw new UsageError(
        `unknown command '${words.slice(0, index + 1).join(' ')}'`,
        'codetether --help lists commands',
      )
    command = next
  }
  return [...words, '--help']
}

/** What the arguments mean to commander. Flags without a command, and nothing at all, mean `serve`. */
export const readArguments = (program: Command, [first, ...rest]: readonly string[]): string[] => {
  if (first === undefined) return [defaultCommand]
  if (first === 'help') return helpFor(program, rest)
  return first.startsWith('-') && !ofProgram.has(first) ? [defaultCommand, first, ...rest] : [first, ...rest]
}
