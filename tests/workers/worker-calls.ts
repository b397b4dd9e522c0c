import assert from 'node:assert/strict'
import type { ClaimedTask } from '@codetether/protocol/work/claim'

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers whose shape is what they are about
type Body = any

export interface Answer {
  status: number
  body: Body
}

/** Calls a route of a server as anybody would. */
export async function call(
  url: string,
  path: string,
  { method = 'GET', body, headers = {} }: { method?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const response = await fetch(url + path, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? null : JSON.parse(text) }
}

/** Stores a task. @returns its id. */
export async function createTask(url: string, task: object = {}): Promise<string> {
  const { status, body } = await call(url, '/v1/agent/tasks', { method: 'POST', body: { prompt: 'do it', ...task } })
  assert.equal(status, 201, JSON.stringify(body))
  return body.task_id
}

export const getTask = async (url: string, id: string): Promise<Body> => (await call(url, `/v1/agent/tasks/${id}`)).body

/** A worker that does what a test says. */
export interface TestWorker {
  id: string
  token: string
  call(path: string, body: unknown): Promise<Answer>
  claim(more?: object): Promise<ClaimedTask[]>
  /** Reports for a task, by default with the next number. */
  report(task: ClaimedTask, report: object): Promise<Body>
  finish(task: ClaimedTask, finish?: object): Promise<Body>
}

export async function registerWorker(url: string, more: object = {}): Promise<TestWorker> {
  const registration = { worker_id: `w-${crypto.randomUUID()}`, name: 'test worker', global: true, ...more }
  const { status, body } = await call(url, '/v1/agent/workers/register', { method: 'POST', body: registration })
  assert.equal(status, 200, JSON.stringify(body))
  return workerWith(url, registration.worker_id, body.worker_token)
}

/** A codebase with a worker that has it, and takes nothing else. */
export async function registerCodebase(url: string): Promise<{ id: string; url: string; worker: TestWorker }> {
  const codebase = { name: 'app', path: `/srv/${crypto.randomUUID()}` }
  const { status, body } = await call(url, '/v1/agent/codebases', { method: 'POST', body: codebase })
  assert.equal(status, 201, JSON.stringify(body))
  const worker = await registerWorker(url, { global: false, codebases: [body.id] })
  return { id: body.id, url: `/v1/agent/codebases/${body.id}`, worker }
}

function workerWith(url: string, id: string, token: string): TestWorker {
  const numbers = new Map<string, number>()
  const post = (path: string, body: unknown) =>
    call(url, path, { method: 'POST', body, headers: { authorization: `Bearer ${token}` } })
  const report: TestWorker['report'] = async (task, given) => {
    const worker_seq = (numbers.get(task.lease_token) ?? 0) + 1
    numbers.set(task.lease_token, worker_seq)
    const { task_id, attempt, lease_token } = task
    const { body } = await post('/v1/worker/tasks/report', {
      reports: [{ task_id, attempt, lease_token, worker_seq, ...given }],
    })
    return body.results?.[0] ?? body
  }
  return {
    id,
    token,
    call: post,
    async claim(more = {}) {
      const { status, body } = await post('/v1/worker/tasks/claim', { limit: 10, ...more })
      assert.equal(status, 200, JSON.stringify(body))
      return body.tasks
    },
    report,
    finish: (task, finish = { status: 'completed', result: 'done' }) => report(task, { finish }),
  }
}
