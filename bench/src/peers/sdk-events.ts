import { type Message, type Part, TaskState } from '@a2a-js/sdk'
import { AgentEvent, type ExecutionEventBus, type RequestContext } from '@a2a-js/sdk/server'

/** Says on the SDK's bus what a task of its executors goes through. */
export function eventsOn(bus: ExecutionEventBus, { taskId, contextId, userMessage }: RequestContext) {
  const ids = { taskId, contextId, metadata: undefined }
  const status = (state: TaskState) => bus.publish(AgentEvent.statusUpdate({ ...ids, status: statusOf(state) }))
  return {
    begin: () => {
      bus.publish(
        AgentEvent.task({
          ...{ id: taskId, contextId, artifacts: [], history: [userMessage], metadata: undefined },
          status: statusOf(TaskState.TASK_STATE_SUBMITTED),
        }),
      )
      status(TaskState.TASK_STATE_WORKING)
    },
    artifact: ({ artifactId, text, append, lastChunk }: Piece) => {
      const header = { artifactId, name: artifactId, description: '', metadata: undefined, extensions: [] }
      bus.publish(
        AgentEvent.artifactUpdate({ ...ids, artifact: { ...header, parts: [partOf(text)] }, append, lastChunk }),
      )
    },
    complete: () => status(TaskState.TASK_STATE_COMPLETED),
  }
}

interface Piece {
  readonly artifactId: string
  readonly text: string
  readonly append: boolean
  readonly lastChunk: boolean
}

export const textIn = ({ parts }: Message): string =>
  parts.map(({ content }) => (content?.$case === 'text' ? content.value : '')).join('')

function statusOf(state: TaskState) {
  return { state, message: undefined, timestamp: new Date().toISOString() }
}

const partOf = (text: string): Part => ({
  content: { $case: 'text', value: text },
  ...{ metadata: undefined, filename: '', mediaType: 'text/plain' },
})
