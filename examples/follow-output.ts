/**
 * Prints what a task puts out as it comes, until the task ends, and loses nothing when the connection breaks:
 *   node examples/follow-output.ts http://127.0.0.1:8000 TASK_ID
 * Needs `fetch` and nothing else. CODETETHER_TOKEN is sent if it is set.
 */
import { setTimeout as delay } from 'node:timers/promises'

interface Output {
  stream: 'stdout' | 'stderr' | 'agent' | 'system'
  content: string
}

/** One server-sent event. */
interface Frame {
  id: string | undefined
  event: string | undefined
  data: string
}

async function* framesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Frame> {
  let text = ''
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    text += chunk
    const blocks = text.split('\n\n')
    text = blocks.pop() ?? ''
    for (const block of blocks) {
      // Comments, such as `: heartbeat`, have no name and are nobody's field.
      const fields = new Map(
        block.split('\n').map(line => [line.split(': ', 1)[0], line.slice(line.indexOf(': ') + 2)]),
      )
      yield { id: fields.get('id'), event: fields.get('event'), data: fields.get('data') ?? '' }
    }
  }
}

/** Gives each piece of output to `show`. @returns the status in which the task has ended. */
export async function followOutput(server: string, taskId: string, show: (output: Output) => void): Promise<string> {
  const token = process.env.CODETETHER_TOKEN
  let last = '0'
  for (;;) {
    try {
      const headers = { 'last-event-id': last, ...(token && { authorization: `Bearer ${token}` }) }
      const response = await fetch(`${server}/v1/agent/tasks/${taskId}/output/stream`, { headers })
      // What is refused now is refused the next time too, unless the server is only busy or starting.
      if (response.status >= 400 && response.status < 500 && response.status !== 429) return await refused(response)
      for await (const { id, event, data } of response.ok && response.body ? framesOf(response.body) : []) {
        if (event === 'done') return JSON.parse(data).status
        if (event === 'output') show(JSON.parse(data))
        // Only after it was shown: what breaks before is sent again.
        if (id) last = id
      }
    } catch (error) {
      if (error instanceof Refused) throw error
    }
    await delay(500 + Math.random() * 500)
  }
}

class Refused extends Error {}

async function refused(response: Response): Promise<never> {
  throw new Refused(`${response.status}: ${await response.text()}`)
}

if (import.meta.main) {
  const [server, taskId] = process.argv.slice(2)
  if (!server || !taskId) throw new Error('usage: node follow-output.ts SERVER TASK_ID')
  const status = await followOutput(server, taskId, ({ stream, content }) =>
    (stream === 'stderr' ? process.stderr : process.stdout).write(content),
  )
  process.exitCode = status === 'completed' ? 0 : 1
}
