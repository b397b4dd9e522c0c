import type { WireVersion } from '../../store/tasks.ts'
import type { AnyMethod } from '../method.ts'
import type { Shape } from './scan-message.ts'

/** How one gRPC method is served by a method of the table that all transports share. */
export interface Binding {
  /** `/package.Service/Method`. */
  readonly path: string
  readonly streams: boolean
  readonly version: WireVersion
  /** What it does, of the tables that all doors share. */
  readonly method: AnyMethod
  /** What its request looks like. */
  readonly shape: Shape
  /** The params of the method from a request that `shape` has let through. Throws what the codec throws. */
  toParams(request: Buffer): unknown
  /** A result, or a frame of a stream, in the encoding of the response. */
  toMessage(result: unknown): Buffer
}

/** The method of a table by its name. Throws for one that is not there, which is a fault of ours. */
export function methodIn(table: ReadonlyMap<string, AnyMethod>, name: string): AnyMethod {
  const method = table.get(name)
  if (!method) throw new Error(`there is no method ${name}`)
  return method
}
