import type { JsonObject } from '@codetether/protocol/json'
import type { Artifact, Part } from '@codetether/protocol/message'
import type { TaskState } from '@codetether/protocol/task-state'

/** How another agent is asked. */
export interface SendToOptions {
  /** The conversation at the other agent that goes on; without it, each message begins one. */
  contextId?: string
  /** The task at the other agent that the message answers or continues. */
  taskId?: string
  /** The agent that shall answer, behind a server with several. */
  agent?: string
  /** Travels with the message. */
  metadata?: JsonObject
  /** What is spoken; without it, what the card prefers. */
  version?: '1.0' | '0.3'
  transport?: 'JSONRPC' | 'HTTP+JSON' | 'GRPC'
  /** Milliseconds for the whole work; without it, what the server is set to. */
  timeoutMs?: number
  /** Refuse an agent whose card is not signed, also where the server is not set to. */
  requireSigned?: boolean
  /**
   * Names this message among those of one turn. A run that is repeated sends it under the same message id, so that the work
   * is not done twice; without a name its place in the order of the calls counts.
   */
  key?: string
  /** Told of statuses and artifacts as they come. */
  onUpdate?: (update: PeerUpdate) => void | Promise<void>
}

/** What happens to the task at the other agent. */
export type PeerUpdate =
  | { kind: 'status'; state: TaskState | null; parts: Part[] }
  | { kind: 'artifact'; artifact: Artifact; append: boolean; lastChunk: boolean }

/** What another agent has answered. */
export interface PeerAnswer {
  /** The text of the answer: its artifacts, or else its message. */
  text: string
  artifacts: Artifact[]
  /** The message of the last status, or the whole answer of an agent that makes no task. */
  parts: Part[]
  /** The state in which the task was left: ended, or with a question. Null without a task. */
  state: TaskState | null
  taskId: string | null
  contextId: string | null
}
