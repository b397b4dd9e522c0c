import type { FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'

/** Where the caller of a request reaches this server: its public URL, or the address that the caller has used. */
export const baseOf = ({ config }: Pick<Context, 'config'>, { origin }: FastifyRequest): string =>
  config.http.publicUrl ?? origin.own
