import { ConnectionError, RemoteError } from '@codetether/client/errors'
import { messageChecks } from './check-message.ts'
import { type Finding, fail, skip, type Verdict } from './finding.ts'
import { type Check, grpcChecks } from './grpc-checks.ts'
import { interfaceChecks } from './interface-checks.ts'
import type { Probe } from './probe.ts'

interface Look {
  verdict: Verdict
  /** There was no answer. */
  isLost: boolean
}

/** An error that a server causes is a finding. */
const look = async (run: () => Promise<Verdict>): Promise<Look> => {
  try {
    return { verdict: await run(), isLost: false }
  } catch (error) {
    if (error instanceof ConnectionError) return { verdict: fail(error.message), isLost: true }
    if (error instanceof RemoteError) return { verdict: fail(error.message), isLost: false }
    throw error
  }
}

const httpChecks = (probe: Probe): Check[] =>
  interfaceChecks.flatMap(({ name, sections, applies, run }) => {
    const section = sections[probe.endpoint.version]
    if (section === undefined || applies?.(probe) === false) return []
    return [{ check: name, section, run: () => run(probe) }]
  })

/** Tries one interface. After a check without an answer the others are not made: each would wait as long. */
export const checkInterface = async (probe: Probe, text: string | undefined): Promise<Finding[]> => {
  const { version, transport, url } = probe.endpoint
  const quiet = transport === 'GRPC' ? grpcChecks(probe) : httpChecks(probe)
  const findings: Finding[] = []
  let isLost = false
  for (const { check, section, run } of [...quiet, ...(text === undefined ? [] : messageChecks(probe, text))]) {
    const found: Look = isLost ? { verdict: skip('no answer before'), isLost } : await look(run)
    isLost = found.isLost
    findings.push({
      subject: `${transport} ${version}`,
      url,
      check,
      section: `v${version} §${section}`,
      ...found.verdict,
    })
  }
  return findings
}
