import { SseParser } from '@codetether/client/sse'
import type { TaskState } from '@codetether/protocol/task-state'
import type { Frame, Open } from '../../replicas/reader.ts'

const stateOf: Readonly<Record<string, TaskState>> = {
  pending: 'submitted',
  running: 'working',
  completed: 'completed',
  failed: 'failed',
  cancelled: 'canceled',
  rejected: 'rejected',
}

/** Reads the output of a task as server-sent events, and comes back with the id of the last one. */
export const readOutput = (url: string, taskId: string): Open =>
  async function* ({ after, signal }) {
    const response = await fetch(`${url}/v1/agent/tasks/${taskId}/output/stream`, {
      headers: { 'last-event-id': String(after) },
      signal,
    })
    if (!response.ok) throw new Error(`answered with HTTP ${response.status}`)
    const parser = new SseParser()
    for await (const chunk of response.body ?? [])
      for (const { id, event, data } of parser.push(chunk)) {
        const { status, content } = JSON.parse(data)
        if (event === 'output') yield frameOf(taskId, { id: Number(id), text: content })
        if (event === 'status') yield frameOf(taskId, { id: Number(id), kind: stateOf[status] })
      }
  }

export const frameOf = (
  taskId: string,
  { id, kind = 'artifact-update', text = '' }: { id: number; kind?: Frame['kind'] | undefined; text?: string },
): Frame => ({ id, taskId, kind, text })
