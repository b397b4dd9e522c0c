import { type AgentOptions, addressAgent } from '../connect.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Finding, Result } from '../inspect/finding.ts'
import { inspectAgent } from '../inspect/inspect.ts'
import type { Io } from '../io.ts'
import { createOutput, type Output, type Style } from '../output.ts'
import { table } from '../table.ts'
import { namedKeys } from '../trusted-keys.ts'

export interface InspectOptions extends AgentOptions {
  /** The text of a message for every interface. */
  send?: string
}

const styles: Record<Result, Style> = { ok: 'green', warn: 'yellow', fail: 'red', skip: 'gray' }

const describe = (findings: readonly Finding[], output: Output): string => {
  const rows = findings.map(({ result, subject, check, section, seen }) => [result, subject, check, section, seen])
  const [heading = '', ...lines] = table(['RESULT', 'WHERE', 'CHECK', 'SPECIFICATION', 'SEEN'], rows, output.columns)
  const coloured = lines.map((line, index) => {
    const result = findings[index]?.result ?? 'ok'
    return output.style(styles[result], result) + line.slice(result.length)
  })
  const count = (result: Result) => findings.filter(finding => finding.result === result).length
  const sum = `${count('ok')} ok, ${count('warn')} warnings, ${count('fail')} failures, ${count('skip')} not looked at`
  return [output.style('bold', heading), ...coloured, '', sum].join('\n')
}

/** Inspects an agent: what its card says, and whether its interfaces do what the specification demands. */
export const inspect = async ({ send: text, ...options }: InspectOptions, io: Io): Promise<number> => {
  const output = createOutput(io, options)
  const agent = addressAgent(options, io)
  const findings = await inspectAgent(agent, {
    ...{ version: options.protocol, transport: options.transport, text },
    keys: await namedKeys(options, io),
  })
  const ok = findings.every(({ result }) => result !== 'fail')
  await output.result({ report_version: 1, url: agent.url, ok, findings }, () => describe(findings, output))
  return ok ? exitCodes.ok : exitCodes.failure
}
