import type { Server, ServerUnaryCall, ServerWritableStream, sendUnaryData } from '@grpc/grpc-js'
import type { Context } from '../../context.ts'
import type { Answer } from '../method.ts'
import type { Admission } from './admission.ts'
import type { Binding } from './binding.ts'
import { serveCall } from './serve-call.ts'
import { writeFrames } from './write-frames.ts'

/** Messages go in and out as bytes: what is wrong with one is ours to say. */
const asIs = (bytes: Buffer): Buffer => bytes

type Frames = Extract<Answer, { stream: unknown }>

export interface Services {
  admission: Admission
  bindings: readonly Binding[]
  /** The port on which this server speaks HTTP. */
  httpPort: number
}

/** Registers the methods of both versions: their services have different names. */
export function addServices(server: Server, ctx: Context, { admission, bindings, httpPort }: Services): void {
  const baseOf = (own: string): string => {
    if (ctx.config.http.publicUrl !== undefined) return ctx.config.http.publicUrl
    const url = new URL(own)
    url.port = String(httpPort)
    return url.origin
  }
  const openCall = (call: ServerUnaryCall<Buffer, Buffer> | ServerWritableStream<Buffer, Buffer>) => {
    const admitted = admission.of(call.metadata)
    return {
      admitted,
      request: call.request,
      base: baseOf(admitted.own),
      begin: call.sendMetadata.bind(call),
    }
  }
  for (const binding of bindings) {
    const unary = (call: ServerUnaryCall<Buffer, Buffer>, respond: sendUnaryData<Buffer>) =>
      serveCall(ctx, binding, {
        ...openCall(call),
        answer: async given => respond(null, binding.toMessage('result' in given ? given.result : null)),
        refuse: status => respond(status),
      })
    const streaming = (call: ServerWritableStream<Buffer, Buffer>) => {
      const opened = openCall(call)
      return serveCall(ctx, binding, {
        ...opened,
        async answer(given) {
          if ('stream' in given) await writeFrames(call, encoded(ctx, binding, given), opened.admitted)
          if (!ctx.stopping.aborted) call.end()
        },
        refuse: status => void call.emit('error', status),
      })
    }
    if (binding.streams) server.register(binding.path, streaming, asIs, asIs, 'serverStream')
    else server.register(binding.path, unary, asIs, asIs, 'unary')
  }
}

async function* encoded({ metrics }: Context, binding: Binding, { stream, present }: Frames): AsyncGenerator<Buffer> {
  for await (const frame of stream) {
    const result = present(frame)
    if (!result) continue
    metrics.streamFrames.add({})
    yield binding.toMessage(result)
  }
}
