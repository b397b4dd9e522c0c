import { requestJson } from '@codetether/client/request-json'
import { limits } from '@codetether/protocol/limits'
import { z } from 'zod'
import { openWork, type ServerOptions } from '../connect.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { createOutput } from '../output.ts'
import { table } from '../table.ts'

export interface TaskDeadOptions extends ServerOptions {
  /** The most to list. */
  limit?: number
}

const DeadTask = z.looseObject({
  id: z.string(),
  title: z.string(),
  attempt: z.number(),
  dead_letter: z.string().nullable(),
  redriven_as: z.string().nullable(),
  completed_at: z.string().nullable(),
})
const Page = z.looseObject({ tasks: z.array(DeadTask), next: z.string().nullable() })
type DeadTask = z.output<typeof DeadTask>

const defaultLimit = 100

const rowOf = ({ id, title, attempt, dead_letter, redriven_as, completed_at }: DeadTask): string[] => [
  completed_at?.replace(/\.\d+Z$/, 'Z') ?? '',
  id,
  String(attempt),
  redriven_as ?? '',
  `${title}: ${dead_letter ?? ''}`,
]

/** Prints the caller's tasks that workers were given and that were given up, the latest first. */
export const taskDead = async ({ limit = defaultLimit, ...options }: TaskDeadOptions, io: Io): Promise<number> => {
  const output = createOutput(io, options)
  const { connection, url, signal } = await openWork(options, io)
  const found: DeadTask[] = []
  for (let before: string | null = ''; before !== null && found.length < limit; ) {
    const query = new URLSearchParams({ limit: String(Math.min(limit - found.length, limits.pageSize)) })
    if (before !== '') query.set('before', before)
    const request = { url: `${url}/tasks/dead-letters?${query}`, schema: Page }
    const page: z.output<typeof Page> = await requestJson(connection, request, { signal })
    found.push(...page.tasks)
    before = page.next
  }
  await output.result(found, () =>
    table(['GIVEN UP', 'TASK', 'ATTEMPTS', 'DONE OVER AS', 'TITLE, REASON'], found.map(rowOf), output.columns).join(
      '\n',
    ),
  )
  return exitCodes.ok
}
