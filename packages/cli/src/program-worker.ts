import { type Command, Option } from 'commander'
import type { Commands, Dispatch } from './commands.ts'
import { seconds, wholeNumber } from './option-parsers.ts'
import { offering, withOutput } from './program-options.ts'

const logLevels = ['debug', 'info', 'warn', 'error', 'silent']

const withConnection = (command: Command): Command =>
  withOutput(command)
    .option('--server <url>', 'the server (CODETETHER_SERVER, A2A_SERVER_URL); default: the one on this machine')
    .option('--token <token>', 'token of whoever registers the worker (better: CODETETHER_TOKEN)')
    .option('--allow-http', 'send credentials over plain http to other networks too (A2A_CLIENT_ALLOW_HTTP)')
    .option('--worker-id <id>', 'the id of the worker; default: one that the data directory keeps')
    .option('--data-dir <directory>', 'keeps id, token and unsent output (default: .codetether/worker)')

const withWork = (command: Command): Command =>
  command
    .option('--name <name>', 'what people and tasks call the worker (default: the host name)')
    .option('--codebases <[name:]path,…>', 'directories that tasks may work in (A2A_CODEBASES)')
    .addOption(new Option('--workspaces <[name:]path,…>', 'the same'))
    .option('--clones <directory>', 'clone git remotes below this directory, which is its own')
    .option('--roots <path,…>', 'directories below which codebases are taken that nobody has')
    .option('--max-concurrent-tasks <count>', 'tasks at once (default: 4)', wholeNumber(1, 100))
    .addOption(
      new Option(
        '--auto-approve <policy>',
        'what runtimes that ask may do without asking; shell and echo ask nothing',
      ).choices(['all', 'safe', 'none']),
    )
    .option('--capabilities <name,…>', 'what tasks may require of the worker')
    .option('--models <provider/model,…>', 'models that the worker can use')
    .addOption(new Option('--runtime <name>', 'what carries out tasks (default: shell)').choices(['shell', 'echo']))
    .option('--command <command>', 'what the runtime shell runs for each task, with the prompt on its standard input')
    .option('--pass-env <NAME,…>', 'variables that the command gets beside PATH, HOME and the like')
    .option('--global', 'take tasks without a codebase too (the default for a worker that has none)')
    .option('--private', 'take only tasks of whoever registers it, also where the server would let it serve everybody')
    .option(
      '--drain-seconds <seconds>',
      'how long tasks may go on after the first signal to stop (default: 30)',
      seconds,
    )
    .option('--spool-mib <count>', 'unsent output kept on disk for each task (default: 64)', wholeNumber(1, 65_536))
    .option('--unregister-on-exit', 'forget the worker when it stops')
    .addOption(offering('--log-level <level>', 'how much is logged', logLevels))
    .addOption(offering('--log-format <format>', 'for programs or for people', ['json', 'pretty']))

type Own<Name extends 'worker' | 'worker status' | 'worker doctor'> = Commands[Name] & { workspaces?: string }

/** `--workspaces` is another word for `--codebases`. */
const named = <Options extends { codebases?: string; workspaces?: string }>({ workspaces, ...options }: Options) => ({
  ...options,
  ...(workspaces === undefined || options.codebases !== undefined ? {} : { codebases: workspaces }),
})

/** `codetether worker …`. What `worker` has options for itself, commander takes for it also behind one of these commands. */
export const addWorkerCommands = (program: Command, run: Dispatch): void => {
  const worker = withWork(withConnection(program.command('worker')))
    .description('run tasks of a server on this machine; it calls the server, nothing calls it')
    .action((options: Own<'worker'>) => run('worker', named(options)))
  withOutput(worker.command('status'))
    .description(
      'what the server knows of the worker of this data directory, and whether it runs; takes the options of worker',
    )
    .action((_own: object, command: Command) =>
      run('worker status', named(command.optsWithGlobals<Own<'worker status'>>())),
    )
  withOutput(worker.command('doctor'))
    .description('check what a worker needs, with a hint for each problem; takes the options of worker')
    .action((_own: object, command: Command) =>
      run('worker doctor', named(command.optsWithGlobals<Own<'worker doctor'>>())),
    )
}
