import type { A2aClient } from '@codetether/client/a2a-client'
import { isSettled } from '@codetether/client/follow'
import { type SendParams, textMessage } from '@codetether/client/message'
import { sleep } from '@codetether/client/sleep'
import type { Message, Task } from '@codetether/protocol/v03/wire'
import type { Connected } from './connect.ts'
import { gapNote } from './gap-note.ts'
import { harmless, type Output } from './output.ts'
import { type Followed, noteEvent, printEvents } from './print-events.ts'
import { retryNote } from './retry-note.ts'
import { explainLeaving } from './task-outcome.ts'
import { answerText } from './task-text.ts'

export interface Outgoing {
  text: string
  /** The task to answer or continue. */
  task?: string | undefined
  context?: string | undefined
  /** The agent behind the server that shall answer. */
  agent?: string | undefined
  /** Print statuses and artifacts as they come. */
  stream?: boolean | undefined
}

const pollMs = 1_000

const toParams = ({ text, task, context, agent }: Outgoing): SendParams => ({
  message: {
    ...textMessage(text, { taskId: task, contextId: context }),
    ...(agent === undefined ? {} : { metadata: { agent } }),
  },
  configuration: { blocking: true },
})

/** A blocking call returns at the server's limit at the latest; what is unfinished then is looked after from here. */
const settle = async (client: A2aClient, sent: Task | Message, followed: Followed, signal: AbortSignal) => {
  let result = sent
  noteEvent(followed, result)
  while (result.kind === 'task' && !isSettled(result.status.state)) {
    await sleep(pollMs, signal)
    result = await client.getTask(result.id, {}, { signal })
    noteEvent(followed, result)
  }
  return result
}

/** Sends one message and prints the answer. Interrupting this leaves the task running. */
export const exchange = async (
  { client, signal, url }: Connected,
  outgoing: Outgoing,
  output: Output,
): Promise<Followed> => {
  const followed: Followed = { taskId: outgoing.task, contextId: outgoing.context, state: undefined }
  const options = { signal, onRetry: retryNote(output), onGap: gapNote(output) }
  try {
    if (outgoing.stream === true) {
      await printEvents(client.stream(toParams(outgoing), options), output, followed)
      return followed
    }
    const result = await settle(client, await client.send(toParams(outgoing), options), followed, signal)
    await output.result(result, () => harmless(answerText(result)))
    return followed
  } catch (error) {
    throw explainLeaving(error, followed, { client, url })
  }
}
