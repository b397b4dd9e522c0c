import type { TaskView } from '../present/task-view.ts'
import type { Call } from './method.ts'

/** What of a task the answer to a call shows. */
export const viewOf = ({ resume }: Pick<Call<unknown>, 'resume'>, historyLength?: number): TaskView => ({
  historyLength,
  generation: resume !== null,
})
