import { errorCodes } from '@codetether/protocol/errors'
import { Task } from '@codetether/protocol/v03/wire'
import { z } from 'zod'
import { codecV10 } from './codec-v10.ts'
import { RemoteError } from './errors.ts'
import type { Frame } from './frames.ts'

/** In the form of the version that is spoken. */
const Snapshot = z.union([Task, codecV10.Task])

const Gone = z
  .tuple([z.looseObject({ metadata: z.looseObject({ generation: z.int().min(1), snapshot: Snapshot }) })])
  .rest(z.unknown())

/**
 * The task as it is now, from the answer to a cursor whose next change the server does not keep any more
 * (`docs/extensions/resume-v1.md`). Undefined for any other error.
 */
export const snapshotIn = (error: unknown): Frame | undefined => {
  if (!(error instanceof RemoteError) || error.code !== errorCodes.CURSOR_GONE.rpc) return undefined
  const data = Gone.safeParse(error.data)
  if (!data.success) return undefined
  const { generation, snapshot } = data.data[0].metadata
  return { event: snapshot, id: String(generation) }
}
