import type { Card } from '@codetether/client/read-card'
import { type AgentOptions, connect, connectAgent } from '../connect.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { createOutput, harmless } from '../output.ts'
import { table } from '../table.ts'

/** Without an address, the server's own. */
export type CardOptions = Omit<AgentOptions, 'url' | 'transport'> & { url?: string; server?: string }

const describe = (card: Card, columns: number | undefined): string => {
  const facts = [
    ['name', `${card.name} ${card.version}`],
    ['about', card.description],
    ...card.interfaces.map(({ url, version, transport }) => ['url', `${url} (A2A ${version}, ${transport})`]),
    ['can', card.capabilities.join(', ')],
  ].map(([name = '', value = '']) => harmless(`${name.padEnd(9)} ${value}`))
  const skills = card.skills.map(({ id, name, description }) => [id, name, description])
  return [...facts, '', ...table(['SKILL', 'NAME', 'DESCRIPTION'], skills, columns)].join('\n')
}

/** Prints an agent's card. */
export const card = async ({ url, ...options }: CardOptions, io: Io): Promise<number> => {
  const output = createOutput(io, options)
  const connected = await (url === undefined ? connect(options, io) : connectAgent({ ...options, url }, io))
  const { client, signal } = connected
  const found = await client.card({ signal })
  await output.result(found.document, () => describe(found, output.columns))
  return exitCodes.ok
}
