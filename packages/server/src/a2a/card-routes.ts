import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { agentSubject, type CardSubject, serverSubject } from '../present/card-subject.ts'
import { publicAgents, toPublic } from '../present/public-card.ts'
import { jwksPath } from '../signing/card-signer.ts'
import { baseOf } from './base-of.ts'
import { findAgent, unknownAgent } from './find-agent.ts'
import { presentSigned } from './present-signed.ts'
import { negotiateVersion } from './rules.ts'
import { versionOf } from './version-of.ts'

/** Where clients look for the card: A2A v0.3 §5.3, and the path of the versions before. */
const paths = ['/.well-known/agent-card.json', '/.well-known/agent.json']

/** The public cards of the server and of each agent, and the keys of their signatures. */
export const cardRoutes = (ctx: Context) => async (app: FastifyInstance) => {
  for (const url of paths) {
    app.get(url, { config: { permission: 'public' } }, async (request, reply) =>
      sendCard(ctx, request, reply, serverSubject(ctx.config, publicAgents(ctx.config, ctx.agents))),
    )
    app.get<{ Params: { agent: string } }>(
      `/agents/:agent${url}`,
      { config: { permission: 'public' } },
      async (request, reply) => sendCard(ctx, request, reply, agentSubject(findAgent(ctx, request.params.agent))),
    )
  }
  app.get(jwksPath, { config: { permission: 'public' } }, async (request, reply) => {
    const body = JSON.stringify(ctx.signer.jwks)
    return sendCached(request, reply, { body, etag: tagOf(body), type: 'application/jwk-set+json', vary: 'origin' })
  })
}

/** A card in the version that the caller names. */
async function sendCard(ctx: Context, request: FastifyRequest, reply: FastifyReply, subject: CardSubject) {
  const shown = toPublic(ctx.config, subject)
  // An agent none of whose skills is public is not there for everybody.
  if (shown.skills.length === 0 && subject.path !== '/') throw unknownAgent()
  const version = negotiateVersion(versionOf(request))
  const card = await presentSigned(ctx, version, shown, baseOf(ctx, request))
  const { signatures, ...content } = card
  // Two signatures of one card by one key differ: those of other replicas, and those that are made again.
  const tag = tagOf(JSON.stringify(content) + ctx.signer.fingerprint)
  return sendCached(request, reply, {
    body: JSON.stringify(card),
    etag: signatures ? `W/${tag}` : tag,
    type: 'application/json; charset=utf-8',
    vary: 'host, origin, a2a-version',
  })
}

const tagOf = (text: string): string => `"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"`

interface Cached {
  body: string
  etag: string
  type: string
  vary: string
}

/** An answer for caches: ETag, max-age, 304 (A2A v1.0 §8.6). */
function sendCached({ headers }: FastifyRequest, reply: FastifyReply, { body, etag, type, vary }: Cached) {
  reply.headers({ etag, 'cache-control': 'public, max-age=300', vary })
  const opaque = (tag: string) => tag.trim().replace(/^W\//, '')
  const known = headers['if-none-match']?.split(',').map(opaque)
  if (known?.some(tag => tag === opaque(etag) || tag === '*')) return reply.code(304).send()
  return reply.type(type).send(body)
}
