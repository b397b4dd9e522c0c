import type { JsonObject } from '@codetether/protocol/json'
import type { Artifact, Message, Part } from '@codetether/protocol/message'
import type { TaskState } from '@codetether/protocol/task-state'
import type { PeerAnswer, SendToOptions } from './peer.ts'

/** What an agent can do, as its card lists it (A2A v0.3 §5.5.4). */
export interface Skill {
  id: string
  name: string
  description: string
  tags: readonly string[]
  examples?: readonly string[]
}

/** An extension to A2A that an agent understands (A2A v1.0 §4.4.4), as its card declares it. */
export interface AgentExtension {
  uri: string
  description: string
  /** Callers that do not activate it are refused. */
  required?: boolean
  params?: JsonObject
}

/** A key-value store that outlives the process, private to the tenant and principal that the task belongs to. */
export interface Memories {
  /** Stores the value, replacing an older one. Throws PlatformError TOO_LARGE beyond the limits. */
  set(key: string, value: string): Promise<void>
  get(key: string): Promise<string | null>
  /** All keys, in the order in which they were first stored. */
  keys(): Promise<string[]>
  /** True if the key was there. */
  delete(key: string): Promise<boolean>
}

/** Another task of the same principal, to which a message refers. */
export interface ReferencedTask {
  id: string
  contextId: string
  state: TaskState
  /** Oldest first; of a long conversation the newest. */
  messages: readonly Message[]
  artifacts: readonly Artifact[]
}

/**
 * What a handler gets beside the message. Every method resolves when the change is stored; it rejects with LEASE_LOST
 * when another process has taken the task over, and the handler should let that error pass.
 */
export interface AgentContext {
  /** Empty for a pure agent, which runs before there is a task; so is `contextId`. */
  readonly taskId: string
  readonly contextId: string
  /** 1 for the first run of the task, +1 for each further one: after a crash, or with the answer to a question. */
  readonly attempt: number
  /** The messages of the task so far, oldest first, the current one last. */
  readonly history: readonly Message[]
  /** Aborted when the task is canceled, a change was refused because the lease is lost, or the server stops. */
  readonly signal: AbortSignal
  readonly memories: Memories
  /**
   * The tasks that the current message names in `referenceTaskIds`, in that order. What is not there, or belongs to somebody
   * else, is left out. Not for pure agents.
   */
  references(): Promise<ReferencedTask[]>
  /** Says what the agent is doing: the task is `working`, with this message. */
  status(text: string, metadata?: JsonObject): Promise<void>
  /** Adds a result, or with `append` a further chunk of one. */
  artifact(artifact: Artifact, options?: { append?: boolean; lastChunk?: boolean }): Promise<void>
  /** Completes the task with an answer: an artifact and the final status message. */
  reply(answer: string | Part[]): Promise<void>
  /** Ends this run with a question: the task is `input-required` until its caller sends a message to it. */
  ask(question: string | Part[]): Promise<void>
  /**
   * Ends this run because the caller has to authorize something, and says what and where: the task is `auth-required`.
   * Streams stay open. Credentials do not come through the task; a message to it says that it can go on.
   */
  requireAuth(request: string | Part[]): Promise<void>
  /**
   * Asks an agent elsewhere (A2A v1.0 or v0.3) and waits until it has answered or asks something itself: a task that
   * failed there is an answer too. Rejects with PlatformError: UNAVAILABLE if it may be asked again without doing the work
   * twice, REQUEST_TIMEOUT, TOO_MANY_HOPS for a loop of agents, WEBHOOK_URL_FORBIDDEN for an address that may not be
   * called, and what the other agent refuses with.
   */
  sendTo(url: string, message: string | Part[], options?: SendToOptions): Promise<PeerAnswer>
}

/** A named party with skills that answers messages. */
export interface Agent {
  readonly name: string
  readonly description: string
  readonly skills: readonly Skill[]
  /**
   * The handler computes its answer from the message alone: no I/O, no side effect, no memories. The platform may then
   * run it before the task is stored, so that submission and answer are one transaction.
   */
  readonly pure: boolean
  /**
   * Tasks of one context run one at a time, in the order in which they came. Those of other contexts run at the same
   * time, on any replica.
   */
  readonly serial: boolean
  /** Media types of the parts that it reads, also as `image/*`; null for any. Messages with others are refused. */
  readonly inputModes: readonly string[] | null
  /** Media types of what it answers with. Callers that accept none of them are refused. */
  readonly outputModes: readonly string[]
  /** What it reads in `metadata` beyond A2A. A message names those it uses in `extensions`. */
  readonly extensions: readonly AgentExtension[]
  /** Does the agent understand the WHOLE text? Only then is a message without a target routed to it. */
  accepts(text: string): boolean
  /** Carries out one run. A handler that returns without reply, ask or failure completes the task as it is. */
  handle(message: Message, ctx: AgentContext): Promise<void>
}

/**
 * Completes the parts that most agents share: `pure` and `serial` are false, nothing is accepted without a target, parts of
 * any type are taken, and answers are text.
 */
export const defineAgent = (
  agent: Pick<Agent, 'name' | 'description' | 'skills' | 'handle'> & Partial<Agent>,
): Agent => ({
  ...{
    pure: false,
    serial: false,
    accepts: () => false,
    inputModes: null,
    outputModes: ['text/plain'],
    extensions: [],
  },
  ...agent,
})
