import type { AgentCard } from '@codetether/protocol/v03/agent-card'
import { connect, type ServerOptions } from '../connect.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { createOutput, harmless } from '../output.ts'
import { table } from '../table.ts'

export interface CardOptions extends ServerOptions {
  /** The agent's address; the server's own if absent. */
  url?: string
}

const describe = (card: AgentCard, columns: number | undefined): string => {
  const capabilities = Object.entries(card.capabilities).flatMap(([name, value]) => (value === true ? [name] : []))
  const facts = [
    ['name', `${card.name} ${card.version}`],
    ['about', card.description],
    ['url', card.url],
    ['protocol', `A2A ${card.protocolVersion}, ${card.preferredTransport ?? 'JSONRPC'}`],
    ['can', capabilities.join(', ')],
  ].map(([name = '', value = '']) => harmless(`${name.padEnd(9)} ${value}`))
  const skills = card.skills.map(({ id, name, description }) => [id, name, description])
  return [...facts, '', ...table(['SKILL', 'NAME', 'DESCRIPTION'], skills, columns)].join('\n')
}

/** Prints an agent's card. */
export const card = async ({ url, ...options }: CardOptions, io: Io): Promise<number> => {
  const output = createOutput(io, options)
  const { client, signal } = await connect(url === undefined ? options : { ...options, server: url }, io)
  const found = await client.card({ signal })
  await output.result(found, () => describe(found, output.columns))
  return exitCodes.ok
}
