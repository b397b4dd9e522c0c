import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { fieldsOf, isFields, textIn } from '../child/shape.ts'
import { serveQueue } from './queue.ts'

const WAIT_SECONDS = 30

/** A worker that speaks the HTTP API, and a user that puts in tasks. */
serveQueue(({ address, secret: token }) => {
  const stopping = new AbortController()
  // Node's own client, for `fetch` takes a millisecond more when it was idle.
  const agent = new Agent({ keepAlive: true })
  const post = async (path: string, body: object, headers: Record<string, string> = {}) => {
    const call = request(address + path, {
      ...{ method: 'POST', agent, signal: stopping.signal },
      headers: { 'content-type': 'application/json', ...headers },
    })
    call.end(JSON.stringify(body))
    const [response] = (await once(call, 'response')) as [IncomingMessage]
    const answer = await text(response)
    if (response.statusCode !== 200 && response.statusCode !== 201)
      throw new Error(`${path}: ${response.statusCode ?? '?'} ${answer}`)
    return fieldsOf(JSON.parse(answer))
  }
  const asWorker = (path: string, body: object) => post(path, body, { authorization: `Bearer ${token}` })
  const claim = async (limit: number, wait_seconds: number) =>
    listIn(await asWorker('/v1/worker/tasks/claim', { limit, wait_seconds }), 'tasks')
  const complete = async (tasks: readonly object[]) => {
    const reports = tasks.map(fieldsOf).map(({ task_id, attempt, lease_token }) => ({
      ...{ task_id, attempt, lease_token, worker_seq: 1 },
      finish: { status: 'completed' },
    }))
    const results = listIn(await asWorker('/v1/worker/tasks/report', { reports }), 'results')
    const refused = results.find(result => fieldsOf(result).ok !== true)
    if (refused !== undefined) throw new Error(`a report was refused: ${JSON.stringify(refused)}`)
  }
  const listen = async (began: (moment: number) => void) => {
    while (!stopping.signal.aborted) {
      const tasks = await claim(1, WAIT_SECONDS)
      for (const task of tasks) began(Number(textIn(fieldsOf(task), 'prompt')))
      if (tasks.length > 0) await complete(tasks)
    }
  }
  return Promise.resolve({
    async drain(batch) {
      for (let done = 0; ; ) {
        const tasks = await claim(batch, 0)
        if (tasks.length === 0) return done
        await complete(tasks)
        done += tasks.length
      }
    },
    send: async moment => void (await post('/v1/agent/tasks', { prompt: String(moment) })),
    listen(began) {
      listen(began).catch((error: unknown) => {
        if (!stopping.signal.aborted) throw error
      })
      return Promise.resolve()
    },
    [Symbol.asyncDispose]() {
      stopping.abort()
      agent.destroy()
      return Promise.resolve()
    },
  })
})

function listIn(answer: object, key: string): readonly object[] {
  const list = fieldsOf(answer)[key]
  if (!Array.isArray(list) || !list.every(isFields)) throw new Error(`expected a list in ${key}`)
  return list
}
