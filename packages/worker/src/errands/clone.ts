import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { runGuarded } from '../process/run-guarded.ts'
import type { Strays } from '../process/strays.ts'
import type { Finish, RuntimeIo } from '../runtimes/runtime.ts'
import { CleanText } from '../text/clean-text.ts'
import { Scrubber, Secrets } from '../text/scrubber.ts'
import type { ErrandApi } from './errand-api.ts'
import { authorizationFor, gitEnvironment } from './git-environment.ts'

/** What git says if another time may be better. */
const passing =
  /could not resolve host|failed to connect|connection (refused|reset|timed out)|early eof|rpc failed|returned error: (408|429|5\d\d)/i
const errorChars = 2_000
/** Begins the names of directories that are not finished. */
const unfinished = '.cloning-'

// Whole history, one remote, nothing of submodules. What callers have chosen is in variables, where no shell reads it.
const command = (hasBranch: boolean): string =>
  `exec git clone --template= --no-recurse-submodules ${hasBranch ? '--branch "$CLONE_BRANCH" ' : ''}-- "$CLONE_URL" "$CLONE_TARGET"`

export interface CloneErrand {
  codebaseId: string
  url: string
  branch: string | null
  clonesDir: string
  environment: Readonly<Record<string, string | undefined>>
  api: ErrandApi
  strays: Strays
  io: RuntimeIo
  signal: AbortSignal
}

/**
 * Clones a remote into `<clones>/<codebase id>`, beside it first: what has that name is whole. One that is there already, because the
 * server has not heard of it, is kept. The token is in the environment of git and nowhere else.
 */
export async function cloneRemote(errand: CloneErrand): Promise<Finish> {
  const { clonesDir, codebaseId, api, signal } = errand
  const target = join(clonesDir, codebaseId)
  const isThere = await stat(target).then(
    () => true,
    () => false,
  )
  if (!isThere) {
    const failure = await fetchInto(target, errand)
    if (failure) return failure
  }
  signal.throwIfAborted()
  try {
    await api.cloned(target)
  } catch (error) {
    // The codebase is gone, or somebody else clones it: nobody knows of this one.
    if (!isThere && !signal.aborted) await rm(target, { recursive: true, force: true })
    throw error
  }
  return { status: 'completed', result: `${errand.url} is in ${target}.` }
}

async function fetchInto(target: string, errand: CloneErrand): Promise<Finish | null> {
  const { clonesDir, url, branch, environment, api, strays, io, signal } = errand
  const token = await api.gitToken()
  const authorization = token === null ? null : authorizationFor(url, token)
  const staging = await mkdtemp(join(clonesDir, unfinished))
  try {
    const home = join(staging, 'home')
    await mkdir(home)
    const tree = join(staging, 'tree')
    const said = new GitOutput(io, [token ?? '', authorization ?? '', authorization?.replace('Basic ', '') ?? ''])
    const { code } = await runGuarded(command(branch !== null), {
      cwd: home,
      env: {
        ...gitEnvironment({ environment, url, home, authorization }),
        ...{ CLONE_URL: url, CLONE_TARGET: tree, CLONE_BRANCH: branch ?? '' },
      },
      input: '',
      onOutput: (_stream, chunk) => said.add(chunk),
      strays,
      signal,
    })
    const words = await said.end()
    if (code === 0) await rename(tree, target)
    return code === 0 ? null : { status: 'failed', error: `git clone failed.\n${words}`, retry: passing.test(words) }
  } finally {
    await rm(staging, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** What git writes, without the token, which a remote could send back. */
class GitOutput {
  readonly #io: RuntimeIo
  readonly #scrubber: Scrubber
  readonly #clean = new CleanText()
  #tail = ''

  constructor(io: RuntimeIo, secrets: readonly string[]) {
    this.#io = io
    this.#scrubber = new Scrubber(new Secrets(secrets))
  }

  async add(chunk: Uint8Array): Promise<void> {
    await this.#put(this.#scrubber.push(this.#clean.push(chunk)))
  }

  /** @returns the end of it. */
  async end(): Promise<string> {
    await this.#put(this.#scrubber.push(this.#clean.end()) + this.#scrubber.end())
    return this.#tail.trim()
  }

  async #put(text: string): Promise<void> {
    this.#tail = (this.#tail + text).slice(-errorChars).toWellFormed()
    if (text !== '') await this.#io.output('stderr', text)
  }
}

/** Removes what an earlier process of this worker did not finish. No other one may clone into this directory. */
export async function removeUnfinished(clonesDir: string): Promise<void> {
  for (const name of await readdir(clonesDir))
    if (name.startsWith(unfinished)) await rm(join(clonesDir, name), { recursive: true, force: true })
}
