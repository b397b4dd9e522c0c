import type { Message } from '@codetether/protocol/v03/wire'

/** A message to send: without a `messageId` it gets a new one. */
export type OutgoingMessage = Omit<Message, 'kind' | 'messageId'> & { messageId?: string }

/** What goes with a message (A2A v0.3 §7.1.1, v1.0 §3.2.1), whichever version carries it. */
export interface SendParams {
  message: OutgoingMessage
  configuration?: {
    acceptedOutputModes?: string[]
    /** True: the answer waits until the task is finished or asks something, at most as long as the server allows. */
    blocking?: boolean
    /** The most recent messages to return with the task. */
    historyLength?: number
  }
  metadata?: Record<string, unknown>
}

/** The same with a message that lacks nothing. */
export type WireParams = Omit<SendParams, 'message'> & { message: Message }

/** A user's message of one text part; with `taskId` it answers or continues that task. */
export const textMessage = (
  text: string,
  ids: { taskId?: string | undefined; contextId?: string | undefined } = {},
): OutgoingMessage => ({
  role: 'user',
  parts: [{ kind: 'text', text }],
  ...(ids.taskId === undefined ? {} : { taskId: ids.taskId }),
  ...(ids.contextId === undefined ? {} : { contextId: ids.contextId }),
})

/** Fills in what every message needs. Its id makes repetitions of one call harmless: it is chosen once, here. */
export const toWireParams = ({ message, ...rest }: SendParams): WireParams => ({
  ...rest,
  message: { ...message, kind: 'message', messageId: message.messageId ?? crypto.randomUUID() },
})
