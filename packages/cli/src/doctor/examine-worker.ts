import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { getDocument } from '@codetether/client/get-json'
import type { Connection } from '@codetether/client/http'
import { workerOn } from '@codetether/worker/instance-lock'
import type { OwnCodebase } from '@codetether/worker/settings'
import { commandHint } from '../worker-options.ts'
import { type Check, check, type Finding } from './check.ts'
import { checkDataDir } from './check-data-dir.ts'
import { checkNode } from './check-node.ts'
import { checkClones, checkCodebase } from './check-places.ts'

const patienceMs = 5_000
const skewWarnMs = 60_000

/** What is looked at. */
export interface WorkerSubject {
  url: string
  connection: Connection
  dataDir: string
  codebases: readonly OwnCodebase[]
  /** Below this it clones; null: it clones nothing. */
  clonesDir: string | null
  /** Below these it looks for codebases. */
  roots: readonly string[]
  /** Null: the runtime runs none. Absent: it runs one, and nobody has said which. */
  command: string | null | undefined
}

const checkServer = async ({ url }: WorkerSubject): Promise<Finding> => {
  await getDocument({}, `${url}/health`, { timeoutMs: patienceMs })
  return { status: 'ok', detail: `${url} answers` }
}

const checkToken = async ({ url, connection }: WorkerSubject): Promise<Finding> => {
  await getDocument(connection, `${url}/v1/agent/workers?limit=1`, { timeoutMs: patienceMs })
  return { status: 'ok', detail: connection.token === undefined ? 'none is needed' : 'is accepted' }
}

/** Leases last on the database's clock, so a skew does no harm there: it confuses who compares logs. */
const checkClock = async ({ url }: WorkerSubject): Promise<Finding> => {
  const { response } = await getDocument({}, `${url}/health`, { timeoutMs: patienceMs })
  const skew = Date.now() - Date.parse(response.headers.get('date') ?? '')
  if (Number.isNaN(skew)) return { status: 'skipped', detail: 'the server does not tell its time' }
  const seconds = Math.round(skew / 1000)
  if (Math.abs(skew) < skewWarnMs) return { status: 'ok', detail: `${seconds} s from the server's` }
  const hint = 'set the clock; tasks are not affected, times in logs are'
  return { status: 'warn', detail: `is ${Math.abs(seconds)} s ${skew > 0 ? 'ahead of' : 'behind'} the server's`, hint }
}

/** The program of a command: its first word, if that is one as it stands. */
const checkCommand = async ({ command }: WorkerSubject): Promise<Finding> => {
  if (command === null) return { status: 'skipped', detail: 'the runtime needs none' }
  if (command === undefined) return { status: 'fail', detail: 'none is given', hint: commandHint }
  const [word = ''] = command.trim().split(/\s+/)
  if (!/^[\w./~+-]+$/.test(word)) return { status: 'skipped', detail: 'is more than a program with arguments' }
  const shell = spawn('/bin/sh', ['-c', 'command -v -- "$0" || command -v "$0"', word], { stdio: 'ignore' })
  const [code] = await once(shell, 'exit')
  if (code === 0) return { status: 'ok', detail: `${word} is there` }
  return { status: 'fail', detail: `${word} is not found`, hint: 'install it, or give its whole path' }
}

const checkInstance = async ({ dataDir }: WorkerSubject): Promise<Finding> => {
  const pid = await workerOn(dataDir)
  return { status: 'ok', detail: pid === null ? 'no worker runs here' : `a worker runs here, process ${pid}` }
}

/** Everything that a worker needs, in the order in which a problem would show. */
export const examineWorker = (subject: WorkerSubject): Promise<Check[]> => {
  const { codebases, clonesDir, roots } = subject
  return Promise.all([
    check('node', () => checkNode()),
    check('server', () => checkServer(subject)),
    check('token', () => checkToken(subject)),
    check('clock', () => checkClock(subject)),
    check('data directory', () => checkDataDir(subject.dataDir)),
    check('instance', () => checkInstance(subject)),
    check('command', () => checkCommand(subject)),
    ...codebases.map(codebase => check(`codebase ${codebase.name}`, () => checkCodebase(codebase))),
    ...(clonesDir === null ? [] : [check('clones', () => checkClones(clonesDir))]),
    ...roots.map(path => check(`root ${path}`, () => checkCodebase({ path }))),
  ])
}
