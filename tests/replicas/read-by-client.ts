import type { SendMessageRequest, StreamResponse } from '@a2a-js/sdk'
import type { Client } from '@a2a-js/sdk/client'
import { generationKey, resumeUri } from '@codetether/protocol/resume-extension'
import { taskStates } from '@codetether/protocol/task-state'
import { wireStates } from '@codetether/protocol/v10/task-state'
import { kindOf, tenant, wordsOf } from '../official-client.ts'
import type { Frame, Open } from './reader.ts'

/** What a reader begins with: a message that it sends, or a task that is there already. */
type Beginning = { message: SendMessageRequest } | { taskId: string }

/**
 * Reads with the official client. It knows nothing of cursors, so it is told to send them along: as a header over HTTP,
 * as metadata over gRPC. With the resume extension it shows generations.
 */
export const readByClient = (client: Client, beginning: Beginning): Open =>
  async function* ({ taskId, after, signal }) {
    const serviceParameters = { 'A2A-Extensions': resumeUri, 'Last-Event-ID': String(after) }
    const id = 'taskId' in beginning ? beginning.taskId : taskId
    const options = { signal, serviceParameters }
    const stream =
      id === undefined && 'message' in beginning
        ? client.sendMessageStream(beginning.message, options)
        : client.resubscribeTask({ tenant, id: id ?? '' }, options)
    for await (const response of stream) yield frameOf(response)
  }

function frameOf(response: StreamResponse): Frame {
  const { payload } = response
  if (!payload || payload.$case === 'message') throw new Error('a stream of this server shows tasks')
  const id = Number(payload.value.metadata?.[generationKey])
  switch (payload.$case) {
    case 'task':
      return { id, taskId: payload.value.id, kind: 'task', text: wordsOf(payload.value.status?.message) }
    case 'artifactUpdate':
      return { id, taskId: payload.value.taskId, kind: 'artifact-update', text: wordsOf(payload.value.artifact) }
    default: {
      const { taskId, status } = payload.value
      const kind = taskStates.find(state => wireStates[state] === kindOf(response))
      if (!kind) throw new Error('a status without a state')
      return { id, taskId, kind, text: wordsOf(status?.message) }
    }
  }
}
