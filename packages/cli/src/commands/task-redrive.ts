import { requestJson } from '@codetether/client/request-json'
import { z } from 'zod'
import { openWork, type ServerOptions } from '../connect.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { createOutput } from '../output.ts'

export interface TaskRedriveOptions extends ServerOptions {
  ids: string[]
}

const Result = z.looseObject({
  task_id: z.string(),
  ok: z.boolean(),
  redriven_as: z.string().optional(),
  message: z.string().optional(),
})
const Answer = z.looseObject({ results: z.array(Result) })

/** Has tasks done over that were given up. Fails (1) if one of them is none. */
export const taskRedrive = async ({ ids, ...options }: TaskRedriveOptions, io: Io): Promise<number> => {
  const output = createOutput(io, options)
  const { connection, url, signal } = await openWork(options, io)
  const request = { url: `${url}/tasks/dead-letters/redrive`, body: { task_ids: ids }, schema: Answer }
  const { results } = await requestJson(connection, request, { signal })
  await output.result(results, () =>
    results
      .map(({ task_id, ok, redriven_as, message }) =>
        ok ? `task ${task_id}: done over as ${redriven_as}` : `task ${task_id}: ${message}`,
      )
      .join('\n'),
  )
  return results.every(({ ok }) => ok) ? exitCodes.ok : exitCodes.failure
}
