import { ConnectionError, isRetryable, RemoteError } from '@codetether/client/errors'
import type { ClaimedTask } from '@codetether/protocol/work/claim'
import type { Errand } from '@codetether/protocol/work/errand'
import { isOwnPlace } from '../places.ts'
import { Strays } from '../process/strays.ts'
import type { Finish, RunnableTask, RunOptions, Runtime } from '../runtimes/runtime.ts'
import type { WorkerSettings } from '../settings.ts'
import type { WorkerApi } from '../worker-api.ts'
import { cloneRemote } from './clone.ts'
import { ErrandApi } from './errand-api.ts'
import { packInto } from './pack.ts'
import { unpackFrom } from './unpack.ts'

export interface ErrandOptions {
  api: WorkerApi
  settings: WorkerSettings
  /** For archives on their way: private, and empty at the start. */
  directory: string
}

/** What carries out errands of the server. For other tasks it has nothing. */
export function createErrandRuntime(options: ErrandOptions): (claimed: ClaimedTask) => Runtime | null {
  const strays = new Strays()
  return claimed => {
    const { errand } = claimed
    if (errand === null) return null
    return {
      name: errand.kind,
      run: (task, run) =>
        attempt({ ...options, strays, errand, task, run, api: new ErrandApi(options.api, claimed, run.signal) }),
    }
  }
}

interface Running extends Omit<ErrandOptions, 'api'> {
  errand: Errand
  task: RunnableTask
  run: RunOptions
  api: ErrandApi
  strays: Strays
}

/** What the server or the way to it refuses for now may work another time. */
async function attempt(running: Running): Promise<Finish> {
  try {
    return await carryOut(running)
  } catch (error) {
    if (running.run.signal.aborted) throw error
    const message = error instanceof Error ? error.message : String(error)
    const retry = error instanceof ConnectionError || (error instanceof RemoteError && isRetryable(error))
    return { status: 'failed', error: message, retry }
  }
}

async function carryOut({ errand, task, settings, run, api, strays, directory }: Running): Promise<Finish> {
  const { io, signal } = run
  if (errand.kind === 'clone') {
    const { clonesDir, environment } = settings
    const { codebase_id: codebaseId } = task
    if (clonesDir === null || codebaseId === null) return { status: 'failed', error: 'This worker clones nothing.' }
    const { git_url: url, git_branch: branch } = errand
    return cloneRemote({ codebaseId, url, branch, clonesDir, environment, api, strays, io, signal })
  }
  const { path } = task
  if (path === null || !(await isOwnPlace(settings, path)))
    return { status: 'failed', error: `${path} is no directory of this worker.` }
  return errand.kind === 'pack'
    ? packInto({ path, directory, api, io, signal })
    : unpackFrom({ path, directory, api, signal })
}
