import type { AgentCard } from '@codetether/protocol/v03/agent-card'
import { fromProtoSendRequest, protoFieldName } from '@codetether/protocol/v03/from-proto'
import { toProtoCard } from '@codetether/protocol/v03/proto-card'
import { type TaskPushConfig, toProtoPushConfig } from '@codetether/protocol/v03/proto-push'
import { toProtoSendResponse, toProtoStreamResponse, toProtoTask } from '@codetether/protocol/v03/to-proto'
import type * as wire from '@codetether/protocol/v03/wire'
import { z } from 'zod'
import type { Answer, Frames, Method, Result } from '../method.ts'

/**
 * Methods of v0.3 for the doors that speak its proto, REST and gRPC: the same methods, whose params and answers are
 * ProtoJSON.
 */
const writing = <Params, Given extends Answer>(
  method: Method<Params, Given>,
  write: (answer: Given) => Answer,
): Method<Params> => ({ ...method, handle: async call => write(await method.handle(call)) })

const reading = <Params>(method: Method<Params>): Method<Params> => ({
  ...method,
  params: z.preprocess(fromProtoSendRequest, method.params),
  fieldName: protoFieldName,
})

type V03Frames = Frames<wire.Task, wire.StreamEvent>

const toProtoFrames = ({ stream, present, presentTask }: V03Frames): Frames => ({
  stream,
  present: frame => {
    const shown = present(frame)
    return shown && toProtoStreamResponse(shown)
  },
  presentTask: snapshot => toProtoTask(presentTask(snapshot)),
})

export const sendOverProto = <Params>(method: Method<Params, Result<wire.Task>>): Method<Params> =>
  reading(writing(method, ({ result }) => ({ result: toProtoSendResponse(result) })))

export const streamOverProto = <Params>(method: Method<Params, V03Frames>): Method<Params> =>
  reading(writing(method, toProtoFrames))

export const taskOverProto = <Params>(method: Method<Params, Result<wire.Task>>): Method<Params> =>
  writing(method, ({ result }) => ({ result: toProtoTask(result) }))

export const framesOverProto = <Params>(method: Method<Params, V03Frames>): Method<Params> =>
  writing(method, toProtoFrames)

export const cardOverProto = <Params>(method: Method<Params, Result<AgentCard>>): Method<Params> =>
  writing(method, ({ result }) => ({ result: toProtoCard(result) }))

export const pushOverProto = <Params>(method: Method<Params, Result<TaskPushConfig>>): Method<Params> =>
  writing(method, ({ result }) => ({ result: toProtoPushConfig(result) }))

export const pushListOverProto = <Params>(method: Method<Params, Result<TaskPushConfig[]>>): Method<Params> =>
  writing(method, ({ result }) => ({ result: { configs: result.map(toProtoPushConfig) } }))
