import { createInterface } from 'node:readline'
import { RemoteError } from '@codetether/client/errors'
import type { Connected } from './connect.ts'
import { exchange, type Outgoing } from './exchange.ts'
import { exitCodes } from './exit-codes.ts'
import type { Io } from './io.ts'
import { harmless, type Output } from './output.ts'
import { finish } from './task-outcome.ts'

/** Who answers, and how to leave. An agent without a card has no name. */
const banner = async ({ client, url, signal }: Connected): Promise<string> => {
  const name = await client.card({ signal }).then(
    card => card.name || url,
    (error: unknown) => {
      if (error instanceof RemoteError) return url
      throw error
    },
  )
  const { version, transport } = client.endpoint
  return `${name} answers, by A2A ${version} over ${transport}. Ctrl-D leaves; what an agent is doing then goes on.`
}

/** A conversation line by line: each answer belongs to the one before, until the input ends (Ctrl-D). */
export const converse = async (
  connected: Connected,
  options: Partial<Outgoing>,
  { io, output }: { io: Io; output: Output },
): Promise<number> => {
  if (!output.json) output.note(harmless(await banner(connected)))
  const lines = createInterface({ input: io.stdin, output: io.stderr, prompt: '> ' })
  const close = () => lines.close()
  let isOpen = true
  const prompt = () => void (isOpen && lines.prompt())
  lines.once('close', () => {
    isOpen = false
  })
  // On a terminal the line editor gets Ctrl-C in place of the process.
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  io.signal.addEventListener('abort', close, { once: true })
  let { task, context } = options
  try {
    prompt()
    for await (const text of lines) {
      if (text.trim() !== '') {
        const followed = await exchange(connected, { ...options, text, task, context }, output)
        finish(followed, connected.url, output)
        context = followed.contextId
        task = followed.state === 'input-required' ? followed.taskId : undefined
      }
      prompt()
    }
    io.signal.throwIfAborted()
    return exitCodes.ok
  } finally {
    io.signal.removeEventListener('abort', close)
    lines.close()
  }
}
