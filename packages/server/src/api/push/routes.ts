import {
  type DeadLetterPage,
  DeadLetterQuery,
  deadLettersPath,
  type RetryAnswer,
  RetryRequest,
} from '@codetether/protocol/dead-letters'
import type { FastifyInstance } from 'fastify'
import type { Context } from '../../context.ts'
import { listLetters, retryLetters } from '../../operations/dead-letters.ts'
import { presentDeadLetter } from '../../present/dead-letter.ts'
import { readBody, readQuery } from '../../read-input.ts'

/** Push notifications that were given up: of the caller's own tasks, the latest first, and sent once more when it says so. */
export const pushRoutes = (ctx: Context) => async (app: FastifyInstance) => {
  app.get(deadLettersPath, { config: { permission: 'tasks:read' } }, async request => {
    const query = readQuery(request, DeadLetterQuery)
    const { letters, nextPageToken } = await listLetters(ctx, request.principal, query)
    return { deadLetters: letters.map(presentDeadLetter), nextPageToken } satisfies DeadLetterPage
  })

  const retry = `${deadLettersPath}:retry`
  // The router reads two colons as one.
  app.post(retry.replace(':', '::'), { config: { permission: 'tasks:write', path: retry } }, async request => {
    const marked = await retryLetters(ctx, request.principal, readBody(request, RetryRequest))
    return { marked } satisfies RetryAnswer
  })
}
