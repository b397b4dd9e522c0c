import { SseParser } from '@codetether/client/sse'
import type { RpcBody } from '../platform.ts'
import type { Frame, Open } from './reader.ts'

/** What a reader begins with: the params of a message that it sends, or a task that is there already. */
type Beginning = { message: unknown } | { taskId: string }

/** Reads with `fetch`, v0.3 over JSON-RPC: frames are known by their ids as events, as every release sends them. */
export const readByHand = (url: string, beginning: Beginning): Open =>
  async function* (at) {
    const taskId = 'taskId' in beginning ? beginning.taskId : at.taskId
    const call =
      taskId === undefined && 'message' in beginning
        ? { method: 'message/stream', params: beginning.message }
        : { method: 'tasks/resubscribe', params: { id: taskId } }
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'last-event-id': String(at.after) },
      body: JSON.stringify({ jsonrpc: '2.0', id: 'stream', ...call }),
      signal: at.signal,
    })
    if (!response.ok) throw new Error(`answered with HTTP ${response.status}`)
    const parser = new SseParser()
    for await (const chunk of response.body ?? [])
      for (const { id, data } of parser.push(chunk)) yield frameOf(Number(id), JSON.parse(data))
  }

function frameOf(id: number, { result, error }: RpcBody): Frame {
  if (!result) throw new Error(JSON.stringify(error))
  const [part] = result.artifact?.parts ?? result.status?.message?.parts ?? []
  return {
    id,
    taskId: result.taskId ?? result.id,
    kind: result.kind === 'status-update' ? result.status.state : result.kind,
    text: part?.text ?? '',
  }
}
