import { generateKeyPairSync } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { builtInAgents } from '@codetether/agents/built-in'
import { type Agent, type AgentContext, defineAgent } from '@codetether/agents/define-agent'
import { textOf } from '@codetether/protocol/message'
import { temporaryDirectory } from '@codetether/testing/temporary-directory'
import { type Door, rpcDoor } from '../doors/doors.ts'
import { twoTokens } from '../doors/support.ts'
import { type GatedAgent, gatedAgent } from '../journeys/gated-agent.ts'
import { startPlatform } from '../platform.ts'
import { quickly } from '../push/push-calls.ts'
import type { Target } from './calls.ts'

/** The servers that the checks look at. */
export interface Subject extends AsyncDisposable {
  /** Everybody is its owner. */
  open: Target
  /** Asks for a token: alice and bob have one, and one that reads metrics only. Its card is signed. */
  closed: Target
  /** An agent of both, by the name Gated. */
  gated: GatedAgent
}

const agentNamed = (name: string, handle: Agent['handle'], more: Partial<Agent> = {}): Agent =>
  defineAgent({
    name,
    description: `${name}, for the checks.`,
    skills: [{ id: name.toLowerCase(), name, description: 'For the checks.', tags: ['test'] }],
    handle,
    ...more,
  })

/** The same servers, called by another door. */
export const through = (door: Door, { open, closed, ...subject }: Subject): Subject => ({
  ...subject,
  open: { ...open, door },
  closed: { ...closed, door },
})

/** An extension that an agent of both requires. */
export const demanded = 'https://a.example/extensions/demanded/v1'

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
  // Needs an authorization before it answers.
  agentNamed('Banker', (message, ctx) =>
    ctx.history.length < 2
      ? ctx.requireAuth([{ text: 'Sign in at https://bank.example/authorize' }])
      : ctx.reply(textOf(message.parts)),
  ),
  // Tells what the tasks have answered to which its message refers.
  agentNamed('Recaller', async (_message, ctx) => {
    const tasks = await ctx.references()
    await ctx.reply(tasks.map(({ artifacts }) => textOf(artifacts.flatMap(({ parts }) => parts))).join('; '))
  }),
  // Reads text, and answers with data.
  agentNamed('Counter', (message, ctx) => ctx.reply([{ data: { chars: textOf(message.parts).length } }]), {
    ...{ inputModes: ['text/*'], outputModes: ['application/json'] },
    extensions: [{ uri: 'https://a.example/extensions/counting/v1', description: 'For the checks.' }],
  }),
  agentNamed('Demander', (message, ctx) => ctx.reply(message.extensions?.join() ?? ''), {
    extensions: [{ uri: demanded, description: 'For the checks.', required: true }],
  }),
]

/** Webhooks may be on this machine, and are tried again at once. */
const common = { A2A_OUTBOUND_ALLOW: '127.0.0.1', A2A_PUSH_RETRY_SECONDS: quickly(4), A2A_GRPC_PORT: '0' }

export const scraper = { authorization: 'Bearer scraper-secret-token' }

export async function openSubject(): Promise<Subject> {
  await using stack = new AsyncDisposableStack()
  const gated = gatedAgent()
  const agents = agentsFor(gated)
  const open = stack.use(await startPlatform({ agents, env: common }))
  const { path } = stack.use(await temporaryDirectory())
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  await writeFile(`${path}/card.pem`, privateKey.export({ format: 'pem', type: 'pkcs8' }))
  const tokens = { A2A_AUTH_TOKENS: twoTokens, A2A_METRICS_TOKEN: 'scraper-secret-token' }
  const env = { ...common, ...tokens, A2A_CARD_KEYS: `${path}/card.pem` }
  const closed = stack.use(await startPlatform({ agents, env }))
  const owned = stack.move()
  return {
    ...{ open: { ...open, door: rpcDoor }, closed: { ...closed, door: rpcDoor }, gated },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
