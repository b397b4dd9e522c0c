import { ask } from '@codetether/client/ask'
import { type SendParams, textMessage } from '@codetether/client/message'
import type { StreamEvent } from '@codetether/protocol/v03/wire'
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

const toParams = ({ text, task, context, agent }: Outgoing): SendParams => ({
  message: {
    ...textMessage(text, { taskId: task, contextId: context }),
    ...(agent === undefined ? {} : { metadata: { agent } }),
  },
  configuration: { blocking: true },
})

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
    // The id of the task is known at once: whoever leaves before the answer is told how to go on.
    const onEvent = (event: StreamEvent) => noteEvent(followed, event)
    const result = await ask(client, toParams(outgoing), { ...options, onEvent })
    noteEvent(followed, result)
    await output.result(result, () => harmless(answerText(result)))
    return followed
  } catch (error) {
    throw explainLeaving(error, followed, { client, url })
  }
}
