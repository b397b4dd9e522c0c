import { type Command, Option } from 'commander'
import type { Commands, Dispatch } from './commands.ts'
import { taskId, wholeNumber } from './option-parsers.ts'
import { withServer } from './program-options.ts'

const ofDatabase = (flags: string, description: string): Option =>
  new Option(flags, description).implies({ database: true })

/** Asked of a server, or of the database that it serves from. */
const withLetters = (command: Command): Command =>
  withServer(command)
    .option('--task <id>', 'only those of this task', taskId)
    .option('--database', 'those of everybody, in the database of this directory or of DATABASE_URL')
    .addOption(ofDatabase('--url <url>', 'in that database'))
    .addOption(ofDatabase('--data-dir <directory>', 'in the embedded database of that directory'))

/** `codetether push …` */
export const addPushCommands = (program: Command, run: Dispatch): void => {
  const push = program.command('push').description('look after push notifications that were given up')
  withLetters(push.command('dead'))
    .description('list them, the latest first')
    .option('--limit <count>', 'the most to list (default: 100)', wholeNumber(1, 10_000))
    .action((options: Commands['push dead']) => run('push dead', options))
  withLetters(push.command('retry'))
    .description('have them sent once more')
    .option('--all', 'all of them')
    .action((options: Commands['push retry']) => run('push retry', options))
}
