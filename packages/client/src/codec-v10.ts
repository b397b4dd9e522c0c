import { taskStates } from '@codetether/protocol/task-state'
import * as answers from '@codetether/protocol/v10/answers'
import { wireStates } from '@codetether/protocol/v10/task-state'
import { z } from 'zod'
import type { Codec } from './codec.ts'
import { fromArtifactUpdate, fromMessage, fromStatusUpdate, fromTask } from './from-v10.ts'
import { toMessage } from './to-v10.ts'

const SendResult = answers.SendMessageResponse.transform(answer =>
  'task' in answer ? fromTask(answer.task) : fromMessage(answer.message),
)

const StreamEvent = answers.StreamResponse.transform(frame => {
  if ('task' in frame) return fromTask(frame.task)
  if ('message' in frame) return fromMessage(frame.message)
  return 'statusUpdate' in frame ? fromStatusUpdate(frame.statusUpdate) : fromArtifactUpdate(frame.artifactUpdate)
})

const Task = answers.Task.transform(fromTask)

const stateName = (status: string): string => {
  const state = taskStates.find(name => name === status)
  return state === undefined ? status : wireStates[state]
}

/** A2A v1.0 (§4), alike over JSON-RPC and HTTP+JSON. */
export const codecV10: Codec = {
  sendParams({ message, configuration, metadata }) {
    const { blocking, ...rest } = configuration ?? {}
    return {
      message: toMessage(message),
      ...(configuration && {
        configuration: { ...rest, ...(blocking === undefined ? {} : { returnImmediately: !blocking }) },
      }),
      ...(metadata && { metadata }),
    }
  },
  listParams: ({ status, ...params }) => ({ ...params, ...(status && { status: stateName(status) }) }),
  SendResult,
  Task,
  TaskList: z.object({ ...answers.ListTasksResponse.shape, tasks: z.array(Task) }),
  StreamEvent,
}
