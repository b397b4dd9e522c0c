import { connect, type ServerOptions } from '../connect.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { createOutput } from '../output.ts'
import { table } from '../table.ts'

/** Prints the agents behind the server. */
export const agents = async (options: ServerOptions, io: Io): Promise<number> => {
  const output = createOutput(io, options)
  const { client, signal } = await connect(options, io)
  const found = await client.agents({ signal })
  const rows = found.map(({ name, kind, status, description }) => [name, kind, status, description])
  const lines = () => {
    const [heading = '', ...others] = table(['AGENT', 'KIND', 'STATUS', 'DESCRIPTION'], rows, output.columns)
    return [output.style('bold', heading), ...others].join('\n')
  }
  await output.result({ agents: found }, lines)
  return exitCodes.ok
}
