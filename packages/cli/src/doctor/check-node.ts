import type { Finding } from './check.ts'

const needed = 24

/** The Node that runs this. The launcher refuses older ones, so this is for the report. */
export const checkNode = (version: string = process.versions.node): Finding => {
  const major = Number(version.split('.')[0])
  if (major < needed)
    return { status: 'fail', detail: `Node.js ${version}`, hint: `install Node.js ${needed} from https://nodejs.org` }
  return major % 2 === 1
    ? { status: 'warn', detail: `Node.js ${version} gets no long-term support`, hint: `Node.js ${needed} does` }
    : { status: 'ok', detail: `Node.js ${version}` }
}
