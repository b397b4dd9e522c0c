import { type Artifact, type Message, type Part, TaskState } from '@a2a-js/sdk'
import { AgentEvent, type AgentExecutor, type ExecutionEventBus, type RequestContext } from '@a2a-js/sdk/server'

/** The echo agent as the SDK wants it: submitted, working, one artifact, completed. */
export const echoExecutor: AgentExecutor = {
  execute(request: RequestContext, bus: ExecutionEventBus) {
    const { taskId, contextId, userMessage } = request
    const ids = { taskId, contextId, metadata: undefined }
    bus.publish(
      AgentEvent.task({
        ...{ id: taskId, contextId, artifacts: [], history: [userMessage], metadata: undefined },
        status: statusOf(TaskState.TASK_STATE_SUBMITTED),
      }),
    )
    bus.publish(AgentEvent.statusUpdate({ ...ids, status: statusOf(TaskState.TASK_STATE_WORKING) }))
    bus.publish(AgentEvent.artifactUpdate({ ...ids, artifact: echoOf(userMessage), append: false, lastChunk: true }))
    bus.publish(AgentEvent.statusUpdate({ ...ids, status: statusOf(TaskState.TASK_STATE_COMPLETED) }))
    return Promise.resolve()
  },
  cancelTask: () => Promise.resolve(),
}

function statusOf(state: TaskState) {
  return { state, message: undefined, timestamp: new Date().toISOString() }
}

function echoOf(message: Message): Artifact {
  const text = message.parts.map(({ content }) => (content?.$case === 'text' ? content.value : '')).join('')
  const part: Part = {
    content: { $case: 'text', value: `Echo: ${text}` },
    ...{ metadata: undefined, filename: '', mediaType: 'text/plain' },
  }
  return { artifactId: 'echo', name: 'echo', description: '', parts: [part], metadata: undefined, extensions: [] }
}
