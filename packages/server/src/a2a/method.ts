import type { z } from 'zod'
import type { Context } from '../context.ts'
import type { Permission, Principal } from '../principal.ts'
import type { TaskFrame } from '../store/task-frame.ts'
import type { Resume } from './resume.ts'

/** One call of a method, after its checks. */
export interface Call<Params> {
  ctx: Context
  principal: Principal
  /** Where the caller reaches this server, without a trailing slash. */
  base: string
  params: Params
  /** The generation after which a stream goes on, from the header Last-Event-ID or by the resume extension. */
  lastEventId: number | null
  /** What the resume extension asks for; null if the caller has not activated it. */
  resume: Resume | null
  /** Aborted when the caller is gone. It never decides the fate of the task. */
  signal: AbortSignal
  /** Released when the answer has been sent, or the stream has ended. */
  resources: DisposableStack
}

export type Answer =
  | { result: unknown }
  | {
      stream: AsyncGenerator<TaskFrame, void, undefined>
      /** A frame as the caller's version of A2A shows it; null for one that it does not show. */
      present: (frame: TaskFrame) => object | null
    }

/** A JSON-RPC method: its parameters, the permission it needs, and what it does. */
export interface Method<Params = unknown> {
  name: string
  permission: Permission
  /** Not a method of A2A itself. */
  isExtension?: boolean
  params: z.ZodType<Params>
  /** Throws PlatformError. */
  handle(call: Call<Params>): Promise<Answer>
}

/** A call before its params are read. */
export interface OpenCall extends Omit<Call<unknown>, 'params' | 'resume'> {
  /** The caller has activated the resume extension. */
  resumes: boolean
}

/** A method with the type of its parameters closed over, for the table. */
export interface AnyMethod {
  name: string
  permission: Permission
  isExtension: boolean
  call(call: OpenCall, params: unknown): Promise<Answer>
}
