import { setTimeout as delay } from 'node:timers/promises'
import { call } from '../worker-calls.ts'
import type { Assignment } from './assignment.ts'

const tries = 400
const pauseMs = 30

/** Hands in a task until that is acknowledged, always under the same key. @returns its id. */
export async function handIn(url: string, { key, kind, prompt }: Assignment, more: object = {}): Promise<string> {
  const body = { prompt, required_capabilities: [kind], max_attempts: 20, ...more }
  for (let n = 1; n <= tries; n++) {
    const answer = await call(url, '/v1/agent/tasks', {
      method: 'POST',
      body,
      headers: { 'idempotency-key': key },
    }).catch(() => null)
    if (answer?.status === 200 || answer?.status === 201) return answer.body.task_id
    if (answer && answer.status !== 503) throw new Error(`${key} was answered with ${JSON.stringify(answer.body)}`)
    await delay(pauseMs)
  }
  throw new Error(`${key} was not answered after ${tries} tries`)
}

/** Hands in many, some of them at once. @returns their ids by their keys. */
export async function handInAll(
  url: string,
  assignments: readonly Assignment[],
  onTaken: (assignment: Assignment, id: string) => void,
): Promise<void> {
  const clients = 24
  const waiting = assignments.values()
  const client = async () => {
    for (const assignment of waiting) onTaken(assignment, await handIn(url, assignment))
  }
  await Promise.all(Array.from({ length: clients }, client))
}
