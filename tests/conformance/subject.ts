import { generateKeyPairSync } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { builtInAgents } from '@codetether/agents/built-in'
import { type Agent, type AgentContext, defineAgent } from '@codetether/agents/define-agent'
import { textOf } from '@codetether/protocol/message'
import { temporaryDirectory } from '@codetether/testing/temporary-directory'
import { twoTokens } from '../doors/support.ts'
import { type GatedAgent, gatedAgent } from '../journeys/gated-agent.ts'
import { type Platform, startPlatform } from '../platform.ts'

/** The servers that the checks look at. */
export interface Subject extends AsyncDisposable {
  /** Everybody is its owner. */
  open: Platform
  /** Asks for a token: alice and bob have one. Its card is signed. */
  closed: Platform
  /** An agent of both, by the name Gated. */
  gated: GatedAgent
}

const agentNamed = (name: string, handle: Agent['handle']): Agent =>
  defineAgent({
    name,
    description: `${name}, for the checks.`,
    skills: [{ id: name.toLowerCase(), name, description: 'For the checks.', tags: ['test'] }],
    handle,
  })

/** Says what it does step by step, and shows its artifact in two pieces. */
async function tell({ status, artifact, reply }: AgentContext): Promise<void> {
  await status('one')
  await artifact({ artifactId: 'pieces', parts: [{ text: 'a' }] })
  await artifact({ artifactId: 'pieces', parts: [{ text: 'b' }] }, { append: true, lastChunk: true })
  await status('two')
  await reply('three')
}

const agentsFor = (gated: GatedAgent): Agent[] => [
  ...builtInAgents,
  gated.agent,
  agentNamed('Teller', (_message, ctx) => tell(ctx)),
  agentNamed('Asker', (message, ctx) => (ctx.history.length < 2 ? ctx.ask('What?') : ctx.reply(textOf(message.parts)))),
  agentNamed('Failer', async () => {
    throw new Error('as the check wants it')
  }),
]

/** Webhooks may be on this machine. */
const hooks = { A2A_OUTBOUND_ALLOW: '127.0.0.1' }

export async function openSubject(): Promise<Subject> {
  await using stack = new AsyncDisposableStack()
  const gated = gatedAgent()
  const agents = agentsFor(gated)
  const open = stack.use(await startPlatform({ agents, env: { ...hooks, A2A_GRPC_PORT: '0' } }))
  const { path } = stack.use(await temporaryDirectory())
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  await writeFile(`${path}/card.pem`, privateKey.export({ format: 'pem', type: 'pkcs8' }))
  const env = { ...hooks, A2A_AUTH_TOKENS: twoTokens, A2A_CARD_KEYS: `${path}/card.pem` }
  const closed = stack.use(await startPlatform({ agents, env }))
  const owned = stack.move()
  return { open, closed, gated, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
