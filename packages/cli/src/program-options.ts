import { protocolVersions, type TransportName } from '@codetether/client/operation'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { seconds } from './option-parsers.ts'

/** --json: of every command. */
export const withOutput = (command: Command): Command =>
  command.option('--json', 'print JSON on standard output, errors too')

/** Of every command that talks to a server. */
export const withServer = (command: Command): Command =>
  withAccess(command).option('--server <url>', 'the server (CODETETHER_SERVER, A2A_SERVER_URL)')

/** Of every command that talks to any agent. */
export const withAccess = (command: Command): Command =>
  withOutput(command)
    .option('--token <token>', 'token of the caller (better: CODETETHER_TOKEN, which ps does not show)')
    .option('--allow-http', 'send credentials over plain http to other networks too (A2A_CLIENT_ALLOW_HTTP)')
    .option('--timeout <seconds>', 'give up after this time', seconds)

/** The version of A2A that is spoken, where a person wants to choose it. */
export const protocolOption = (
  description = 'the version of A2A to speak; without it, what the card prefers',
): Option => new Option('--protocol <version>', description).choices(protocolVersions)

const transportWords = { jsonrpc: 'JSONRPC', 'http+json': 'HTTP+JSON', grpc: 'GRPC' } as const satisfies Record<
  string,
  TransportName
>

const isTransport = (word: string): word is keyof typeof transportWords => Object.hasOwn(transportWords, word)

/** How calls travel. In small letters, too, for those who type it. */
export const transportOption = (description = 'how calls travel; without it, what the card prefers'): Option => {
  const option = offering('--transport <name>', description, Object.keys(transportWords))
  return option.argParser(text => {
    const word = text.toLowerCase()
    if (isTransport(word)) return transportWords[word]
    throw new InvalidArgumentError(`Allowed choices are ${Object.keys(transportWords).join(', ')}.`)
  })
}

/** Of the commands that work on the rows themselves. */
export const withData = (command: Command): Command =>
  withOutput(command)
    .option('--url <url>', 'an external database in place of DATABASE_URL')
    .option('--data-dir <directory>', 'directory of the embedded database')

/** A value with words to choose from, which help and completion offer. Whoever reads it decides, and may know more. */
export const offering = (flags: string, description: string, words: readonly string[]): Option => {
  const option = new Option(flags, description)
  option.argChoices = [...words]
  return option
}

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']

/** The settings that the server takes as flags. What else it reads stands in docs/configuration.md. */
export const withSettings = (command: Command): Command =>
  command
    .option('--host <address>', 'address to bind')
    .option('--port <port>', 'port to bind; 0 takes any free one')
    .option('--public-url <url>', 'where callers reach the server; set it behind a proxy')
    .option('--name <name>', 'name of this server on its agent card')
    .option('--description <text>', 'what the agent card says this server is for')
    .addOption(offering('--log-level <level>', 'how much is logged', logLevels))
    .addOption(offering('--log-format <format>', 'for programs or for people', ['json', 'pretty']))
    .option('--data-dir <directory>', 'directory of the embedded database and its secret')
    .option('--database-url <url>', 'an external PostgreSQL (better: DATABASE_URL, which ps does not show)')
    .option('--insecure', 'start although anybody who reaches the port is let in')

/** Of the commands that start a server. What older documents name and still makes sense is not shown. */
export const withStart = (command: Command): Command =>
  withSettings(command)
    .option('--migrate', 'bring the schema of an external database up to date first')
    .option('--worker <[name:]path,…>', 'run a worker beside the server, with these directories')
    .option('--worker-command <command>', 'what this worker runs for each task')
    .addOption(new Option('--run-migrations').hideHelp().implies({ migrate: true }))
    .addOption(new Option('--enable-rls').hideHelp())
