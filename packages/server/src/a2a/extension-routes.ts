import type { FastifyInstance } from 'fastify'
import { resumePath } from '../present/extensions.ts'
import { resumePage } from './resume-page.ts'

/** The pages of the extensions that the card declares, as Markdown. */
export const extensionRoutes = () => async (app: FastifyInstance) => {
  app.get(resumePath, { config: { permission: 'public' } }, async (_request, reply) =>
    reply.header('cache-control', 'public, max-age=300').type('text/markdown; charset=utf-8').send(resumePage),
  )
}
