import { once } from 'node:events'
import { type Agent, type AgentContext, defineAgent } from '@codetether/agents/define-agent'
import { type Message, type Part, textOf } from '@codetether/protocol/message'
import type { Moment, Report } from './reports.ts'

// The agents of a replica. They tell the test what happens to them, and stamp what they write with their attempt, so
// that the log shows who wrote it.

/** All processes of a machine share this clock. Milliseconds. */
const now = () => Number(process.hrtime.bigint()) / 1e6

/** Gates that the test has opened in this process, and those that are waited for. */
const gates = new Map<string, PromiseWithResolvers<void>>()
const gateOf = (key: string) => {
  const gate = gates.get(key) ?? Promise.withResolvers<void>()
  gates.set(key, gate)
  return gate
}
process.on('message', ({ open }: { open: string }) => gateOf(open).resolve())

const tell = (moment: Moment, { taskId, contextId, attempt }: AgentContext, text: string) => {
  const report: Report = { kind: 'report', moment, taskId, contextId, attempt, text, at: now() }
  // A run may outlive the channel: the server is stopping then.
  if (process.connected) process.send?.(report)
}

const stamped = ({ attempt }: AgentContext, text: string): Part[] => [{ text, metadata: { attempt } }]

const chunk = (ctx: AgentContext, text: string, append: boolean) =>
  ctx.artifact({ artifactId: 'work', parts: stamped(ctx, text) }, { append })

type Handle = (text: string, ctx: AgentContext, message: Message) => Promise<void>

/** An agent whose runs tell when they begin, end, are told to stop and are refused. */
const reporting = (name: string, handle: Handle, more: Partial<Agent> = {}): Agent =>
  defineAgent({
    name,
    description: `What ${name} does stands in the test.`,
    skills: [{ id: name.toLowerCase(), name, description: 'Is there for a test.', tags: ['test'] }],
    async handle(message, ctx) {
      const text = textOf(message.parts)
      tell('began', ctx, text)
      ctx.signal.addEventListener('abort', () => tell('is told to stop', ctx, text))
      try {
        await handle(text, ctx, message)
        tell('ended', ctx, text)
      } catch (error) {
        tell('is refused', ctx, text)
        throw error
      }
    },
    ...more,
  })

/** Says something, waits until the test opens the gate of the text, and answers. */
const gated = reporting('Gated', async (text, ctx) => {
  for (const n of [1, 2, 3]) await chunk(ctx, `${n} `, n > 1)
  tell('waits', ctx, text)
  await Promise.race([gateOf(text).promise, once(ctx.signal, 'abort')])
  ctx.signal.throwIfAborted()
  await chunk(ctx, 'more', true)
  await ctx.reply(stamped(ctx, text))
})

/** The same, but it never looks at its signal: it writes whatever has become of its lease. */
const heedless = reporting('Heedless', async (text, ctx) => {
  await chunk(ctx, 'before', false)
  tell('waits', ctx, text)
  await gateOf(text).promise
  await chunk(ctx, 'late', true)
  await ctx.reply(stamped(ctx, text))
})

/** Computes for as many milliseconds as the text says, and lets nothing else happen in its process meanwhile. */
const burner = reporting('Burner', async (text, ctx) => {
  await chunk(ctx, 'before', false)
  const end = now() + Number(text)
  while (now() < end);
  await chunk(ctx, 'after', true)
  await ctx.reply(stamped(ctx, text))
})

/** Takes each message down and asks for the next one, until it is told to finish. */
const collector = reporting('Collector', async (text, ctx) => {
  await ctx.artifact({ artifactId: 'turns', parts: stamped(ctx, text) }, { append: text !== 'begin' })
  if (text === 'finish') await ctx.reply(stamped(ctx, text))
  else await ctx.ask(stamped(ctx, 'next?'))
})

/** Works in several commits; of one context, one after the other. */
const serial = reporting(
  'Serial',
  async (text, ctx) => {
    await ctx.status(text, { attempt: ctx.attempt })
    for (const n of [1, 2, 3]) await chunk(ctx, `${n}`, n > 1)
    if (text.startsWith('gated')) await gateOf(text).promise
    tell('is done', ctx, text)
    await ctx.reply(stamped(ctx, text))
  },
  { serial: true },
)

/** Characters of one to four bytes, and what separates lines and frames elsewhere: to be cut anywhere. */
const motley = 'a é — 漢字 🚀 \\ " \r\n\n\u2028 data: '

const writer = (name: string, chunks: number, words = ''): Agent =>
  reporting(name, async (text, ctx) => {
    await ctx.status('working on it', { attempt: ctx.attempt })
    for (let n = 0; n < chunks; n++) await chunk(ctx, `${n} ${words}`, n > 0)
    await ctx.reply(stamped(ctx, text))
  })

/** Answers with its submission, in which there are no attempts. */
const pure = reporting('Pure', (text, ctx) => ctx.reply(text), { pure: true })

export const rigAgents: readonly Agent[] = [
  gated,
  heedless,
  burner,
  collector,
  serial,
  writer('Steps', 2),
  writer('Chatty', 12),
  // With what comes before and behind its chunks, a task of 500 frames.
  writer('Torrent', 495, motley),
  pure,
]
