import type { Command } from 'commander'
import type { Commands, Dispatch } from './commands.ts'
import { taskId, wholeNumber } from './option-parsers.ts'
import { withData } from './program-options.ts'

/** The commands for what is stored: `codetether push …`, `codetether retention …` and `codetether tenant …`. */
export const addDataCommands = (program: Command, run: Dispatch): void => {
  const push = program.command('push').description('look after push notifications that were given up')
  withData(push.command('dead'))
    .description('list them, the latest first')
    .option('--task <id>', 'only those of this task', taskId)
    .option('--limit <count>', 'the most to list (default: 100)', wholeNumber(1, 10_000))
    .action((options: Commands['push dead']) => run('push dead', options))
  withData(push.command('retry'))
    .description('let a server that runs send them once more')
    .option('--task <id>', 'those of this task', taskId)
    .option('--all', 'all of them')
    .action((options: Commands['push retry']) => run('push retry', options))
  const retention = program.command('retention').description('delete what is past its time')
  withData(retention.command('run'))
    .description('do now what the server does once an hour (CODETETHER_RETENTION_DAYS)')
    .option('--dry-run', 'only count what would be deleted')
    .action((options: Commands['retention run']) => run('retention run', options))
  const tenant = program.command('tenant').description('look after tenants')
  withData(tenant.command('erase <name>'))
    .description('delete everything that a tenant has; there is no way back')
    .option('--yes', 'really do it')
    .option('--force', 'cancel its unfinished tasks first')
    .action((name: string, options: Omit<Commands['tenant erase'], 'name'>) =>
      run('tenant erase', { name, ...options }),
    )
}
