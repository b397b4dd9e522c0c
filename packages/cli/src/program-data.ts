import type { Command } from 'commander'
import type { Commands, Dispatch } from './commands.ts'
import { withData } from './program-options.ts'

/** The commands for what is stored: `codetether retention …` and `codetether tenant …`. */
export const addDataCommands = (program: Command, run: Dispatch): void => {
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
