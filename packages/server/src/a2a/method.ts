import type { z } from 'zod'
import type { Context } from '../context.ts'
import type { HostedAgent } from '../present/card-subject.ts'
import type { Permission, Principal } from '../principal.ts'
import type { TaskSnapshot } from '../store/read-tasks.ts'
import type { TaskFrame } from '../store/task-frame.ts'
import type { Extensions } from './extensions.ts'
import type { Resume } from './resume.ts'

/** One call of a method, after its checks. */
export interface Call<Params> {
  ctx: Context
  principal: Principal
  /** Where the caller reaches this server, without a trailing slash. */
  base: string
  /** The agent at whose own address the call came; null at that of the server. */
  agent: HostedAgent | null
  params: Params
  /** The generation after which a stream goes on, from the header Last-Event-ID or by the resume extension. */
  lastEventId: number | null
  extensions: Extensions
  /** What the resume extension asks for; null if the caller has not activated it. */
  resume: Resume | null
  /** Aborted when the caller is gone. It never decides the fate of the task. */
  signal: AbortSignal
  /** Released when the answer has been sent, or the stream has ended. */
  resources: DisposableStack
}

export interface Result<Given = unknown> {
  result: Given
}

export interface Frames<Task extends object = object, Frame extends object = object> {
  stream: AsyncGenerator<TaskFrame, void, undefined>
  /** A frame as the caller's version of A2A shows it; null for one that it does not show. */
  present: (frame: TaskFrame) => Frame | null
  /** A task likewise: what a reader is given whose cursor is gone. */
  presentTask: (snapshot: TaskSnapshot) => Task
}

export type Answer = Result | Frames

/** A method of A2A: its parameters, the permission it needs, and what it does. Every door carries it out alike. */
export interface Method<Params = unknown, Given extends Answer = Answer> {
  /** Its name in JSON-RPC. */
  name: string
  permission: Permission
  /** Not a method of A2A itself. */
  isExtension?: boolean
  params: z.ZodType<Params>
  /** The path of a field as its caller has written it, where `params` reads another shape than the one that travels. */
  fieldName?: (path: string) => string
  /** Throws PlatformError. */
  handle(call: Call<Params>): Promise<Given>
}

/** A call before its params are read. */
export type OpenCall = Omit<Call<unknown>, 'params' | 'resume'>

/** A method with the types of its parameters and answers closed over, for the table. */
export interface AnyMethod {
  name: string
  permission: Permission
  isExtension: boolean
  /** Reads the parameters and does what the method does. Doors call it by `carryOut`. */
  call(call: OpenCall, params: unknown): Promise<Answer>
}
