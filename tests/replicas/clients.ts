import { setTimeout as delay } from 'node:timers/promises'
import { message, type RpcBody } from '../platform.ts'

/** A client gives up on an answer that takes longer, and on a message after so many tries. */
const answerMs = 2_000
const tries = 300
const pauseMs = 20

export interface Submission {
  messageId: string
  agent: string
  /** Whether the answer is waited for, or the task only. */
  blocking: boolean
}

/** The message as v0.3 has it. */
export const paramsOf = ({ messageId, agent, blocking }: Submission) => ({
  ...message(messageId, { messageId, metadata: { agent } }),
  configuration: { blocking },
})

/** One try: the answer, or null if there was none because a connection broke or somebody is away at the moment. */
async function tryOnce(url: string, body: string): Promise<RpcBody | null> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      signal: AbortSignal.timeout(answerMs),
    })
    const answer = await response.json()
    return response.status === 503 ? null : answer
  } catch {
    return null
  }
}

/** Sends a message until it is acknowledged, always with the same id. @returns the id of its task. */
export async function submit(url: string, submission: Submission): Promise<string> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'message/send', params: paramsOf(submission) })
  for (let attempt = 1; attempt <= tries; attempt++) {
    const answer = await tryOnce(url, body)
    if (answer?.result) return answer.result.id
    if (answer) throw new Error(`${submission.messageId} was answered with ${JSON.stringify(answer.error)}`)
    await delay(pauseMs)
  }
  throw new Error(`${submission.messageId} was not answered after ${tries} tries`)
}
