import { mkdir, realpath, stat } from 'node:fs/promises'
import { homedir, hostname } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { RegisterWorker } from '@codetether/protocol/work/register-worker'
import type { Places } from '@codetether/worker/places'
import { echoRuntime } from '@codetether/worker/runtimes/echo'
import type { ApprovalPolicy, Runtime } from '@codetether/worker/runtimes/runtime'
import { createShellRuntime } from '@codetether/worker/runtimes/shell'
import type { OwnCodebase, WorkerSettings } from '@codetether/worker/settings'
import { secretsOf } from '@codetether/worker/text/scrubber'
import { serverConnection } from './agent-connection.ts'
import { chooseServerUrl, type ServerOptions } from './connect.ts'
import { UsageError } from './failure.ts'
import { gitHint, hasGit } from './has-git.ts'
import type { Io } from './io.ts'

/** The flags of `worker`, as commander names them. */
export interface WorkerOptions extends Omit<ServerOptions, 'timeout'> {
  name?: string
  workerId?: string
  /** `--workspaces` too. */
  codebases?: string
  clones?: string
  roots?: string
  maxConcurrentTasks?: number
  autoApprove?: ApprovalPolicy
  capabilities?: string
  models?: string
  runtime?: 'shell' | 'echo'
  command?: string
  passEnv?: string
  global?: boolean
  private?: boolean
  dataDir?: string
  drainSeconds?: number
  spoolMib?: number
  unregisterOnExit?: boolean
  logLevel?: string
  logFormat?: string
}

const approvalPolicies = ['all', 'safe', 'none'] as const satisfies readonly ApprovalPolicy[]
const isPolicy = (word: string): word is ApprovalPolicy => approvalPolicies.some(policy => policy === word)

const listOf = (text: string | undefined): string[] =>
  (text ?? '')
    .split(',')
    .map(item => item.trim())
    .filter(item => item !== '')

const expanded = (path: string): string => resolve(/^~(?=$|\/)/.test(path) ? join(homedir(), path.slice(1)) : path)

/** `name:path` or a path, whose last part is the name then. */
const codebaseOf = (item: string): OwnCodebase => {
  const [, name, path] = /^([^/.~\\:][^/\\:]*):(?![\\/]{2})(.+)$/.exec(item) ?? []
  if (path === undefined || name === undefined)
    return { name: basename(expanded(item)) || 'root', path: expanded(item) }
  return { name: name.trim(), path: expanded(path.trim()) }
}

export const codebasesOf = ({ codebases }: Pick<WorkerOptions, 'codebases'>, { environment }: Io): OwnCodebase[] =>
  listOf(codebases ?? environment.worker.codebases).map(codebaseOf)

/** Where a worker keeps what is its own. */
export const workerDataDir = ({ dataDir }: Pick<WorkerOptions, 'dataDir'>, { environment }: Io): string =>
  resolve(dataDir ?? environment.worker.dataDir ?? join(environment.dataDir, 'worker'))

const policyOf = ({ autoApprove }: WorkerOptions, { environment }: Io): ApprovalPolicy => {
  const word = autoApprove ?? environment.worker.autoApprove?.toLowerCase() ?? 'safe'
  if (isPolicy(word)) return word
  throw new UsageError(`A2A_AUTO_APPROVE is ${JSON.stringify(word)}`, `it is one of ${approvalPolicies.join(', ')}`)
}

/** The command for the runtime shell. */
export const commandOf = ({ command }: Pick<WorkerOptions, 'command'>, { environment }: Io): string | undefined =>
  command ?? environment.worker.command

export const commandHint =
  'say what runs for each task with --command "…" (CODETETHER_WORKER_COMMAND), or try --runtime echo'

const runtimeOf = (options: WorkerOptions, io: Io, places: Places): Runtime => {
  if (options.runtime === 'echo') return echoRuntime
  const command = commandOf(options, io)
  if (command === undefined) throw new UsageError('the worker does not know what to do with a task', commandHint)
  return createShellRuntime({
    command,
    directory: process.cwd(),
    places,
    environment: io.environment.variables,
    pass: listOf(options.passEnv ?? io.environment.worker.passEnv),
  })
}

const assertThere = async (codebases: readonly { path: string }[]): Promise<void> => {
  for (const { path } of codebases) {
    const found = await stat(path).catch(() => null)
    if (!found?.isDirectory()) throw new UsageError(`${path} is no directory`, 'make it, or take it out of the list')
  }
}

/** Below which directory it clones, as it is named; null: it clones nothing. */
export const clonesOf = ({ clones }: WorkerOptions, { environment }: Io): string | null => {
  const given = clones ?? environment.worker.clones
  return given === undefined ? null : expanded(given)
}

/** Below which directories it looks for codebases. */
export const rootsOf = ({ roots }: WorkerOptions, { environment }: Io): string[] =>
  listOf(roots ?? environment.worker.roots).map(expanded)

/** The directory for clones, which is made. Throws UsageError where git is not there. */
const clonesDirOf = async (options: WorkerOptions, io: Io): Promise<string | null> => {
  const directory = clonesOf(options, io)
  if (directory === null) return null
  if (!(await hasGit())) throw new UsageError('--clones needs git, which is not found', gitHint)
  await mkdir(directory, { recursive: true })
  return realpath(directory)
}

/** What the server would refuse is refused before anything is sent. */
const assertValid = (settings: WorkerSettings): WorkerSettings => {
  const { workerId = 'worker', name, capabilities, models, codebases, roots } = settings
  const given = { worker_id: workerId, name, capabilities, models: models.map(id => ({ id })), codebases, roots }
  const issue = RegisterWorker.safeParse(given).error?.issues[0]
  if (issue) throw new UsageError(`${issue.path.join('.')}: ${issue.message}`)
  return settings
}

/** What a worker is told by flags and environment. Throws UsageError. */
export const workerSettings = async (options: WorkerOptions, io: Io): Promise<WorkerSettings> => {
  const { worker, variables } = io.environment
  const codebases = codebasesOf(options, io)
  const roots = rootsOf(options, io)
  await assertThere([...codebases, ...roots.map(path => ({ path }))])
  const places = { codebases, clonesDir: await clonesDirOf(options, io), roots }
  return assertValid({
    url: await chooseServerUrl(options, io),
    connection: serverConnection(options, io),
    dataDir: workerDataDir(options, io),
    workerId: options.workerId ?? worker.workerId,
    name: options.name ?? worker.name ?? hostname(),
    hostname: hostname(),
    ...places,
    capabilities: listOf(options.capabilities ?? worker.capabilities),
    models: listOf(options.models ?? worker.models),
    // A worker without any codebase would get nothing at all otherwise.
    global: options.global ?? (codebases.length === 0 && places.clonesDir === null && places.roots.length === 0),
    isPrivate: options.private ?? false,
    maxConcurrent: options.maxConcurrentTasks ?? 4,
    autoApprove: policyOf(options, io),
    runtime: runtimeOf(options, io, places),
    drainMs: (options.drainSeconds ?? 30) * 1000,
    unregisterOnExit: options.unregisterOnExit ?? false,
    spoolBytes: (options.spoolMib ?? 64) * 1024 * 1024,
    secrets: secretsOf(variables),
    environment: variables,
  })
}
