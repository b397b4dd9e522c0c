import { taskStates } from '@codetether/protocol/task-state'
import type { Command } from 'commander'
import type { Commands, Dispatch } from './commands.ts'
import { taskIds, wholeNumber } from './option-parsers.ts'
import { offering, withServer } from './program-options.ts'

/** `codetether task …` */
export const addTaskCommands = (program: Command, run: Dispatch): void => {
  const task = program.command('task').description('look at tasks and steer them')
  withServer(task.command('get <id>'))
    .description('print a task')
    .option('--history <count>', 'the most recent messages to include', wholeNumber(0, 1000))
    .action((id: string, options: Omit<Commands['task get'], 'id'>) => run('task get', { id, ...options }))
  withServer(task.command('list'))
    .description('list your tasks, the latest change first')
    .addOption(offering('--status <state>', 'only tasks in this state', taskStates))
    .option('--context <id>', 'only tasks of this conversation')
    .option('--limit <count>', 'the most tasks to list (default: 50)', wholeNumber(1, 10_000))
    .action((options: Commands['task list']) => run('task list', options))
  withServer(task.command('cancel <id>'))
    .description('cancel a task')
    .action((id: string, options: Omit<Commands['task cancel'], 'id'>) => run('task cancel', { id, ...options }))
  withServer(task.command('watch <id>'))
    .description('print what happens to a task until it is finished or asks something')
    .option('--after <number>', 'only what comes after this change (the id of an event)', wholeNumber(0))
    .action((id: string, options: Omit<Commands['task watch'], 'id'>) => run('task watch', { id, ...options }))
  withServer(task.command('dead'))
    .description('list your tasks for workers that were given up, the latest first')
    .option('--limit <count>', 'the most to list (default: 100)', wholeNumber(1, 10_000))
    .action((options: Commands['task dead']) => run('task dead', options))
  withServer(task.command('redrive'))
    .description('have tasks done over that were given up, each as a new task')
    .argument('<ids...>', 'ids of these tasks, up to 100', taskIds)
    .action((ids: string[], options: Omit<Commands['task redrive'], 'ids'>) => run('task redrive', { ids, ...options }))
}
