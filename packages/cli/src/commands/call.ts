import { type AgentOptions, connectAgent } from '../connect.ts'
import { converse } from '../converse.ts'
import { exchange, type Outgoing } from '../exchange.ts'
import type { Io } from '../io.ts'
import { createOutput } from '../output.ts'
import { readText } from '../read-text.ts'
import { finish } from '../task-outcome.ts'

export type CallOptions = AgentOptions & Partial<Outgoing>

/** Sends a message to an agent and prints its answer; on a terminal and without a text, a conversation. */
export const call = async (options: CallOptions, io: Io): Promise<number> => {
  const output = createOutput(io, options)
  if (options.text === undefined && io.stdin.isTTY === true)
    return await converse(await connectAgent(options, io), options, { io, output })
  const text = await readText(options.text, io)
  const connected = await connectAgent(options, io)
  return finish(await exchange(connected, { ...options, text }, output), connected.url, output)
}
