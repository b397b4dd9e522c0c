import { JsonValue } from '@codetether/protocol/json-schema'
import { TaskList } from '@codetether/protocol/v03/task-list'
import { toProtoMessage } from '@codetether/protocol/v03/to-proto'
import { Message, StreamEvent, Task } from '@codetether/protocol/v03/wire'
import { z } from 'zod'
import type { Codec } from './codec.ts'
import { fromProtoResponse, fromProtoTask } from './from-proto-v03.ts'

const Response = JsonValue.transform((json): unknown => fromProtoResponse(json))

/** A2A v0.3 over HTTP+JSON (§3.2.3): ProtoJSON of its proto. Listing tasks has no shape there but that of JSON-RPC. */
export const codecProtoV03: Codec = {
  sendParams: ({ message, configuration, metadata }) => ({
    message: toProtoMessage(message),
    ...(configuration && { configuration }),
    ...(metadata && { metadata }),
  }),
  listParams: params => ({ ...params }),
  SendResult: Response.pipe(z.discriminatedUnion('kind', [Task, Message])),
  Task: JsonValue.transform((json): unknown => fromProtoTask(json)).pipe(Task),
  TaskList,
  StreamEvent: Response.pipe(StreamEvent),
}
