import { isRetryable, RemoteError } from '@codetether/client/errors'
import { sleep } from '@codetether/client/sleep'
import type { SseEvent } from '@codetether/client/sse'
import type { z } from 'zod'
import { AboutTask, Beat, Connected, type HeldLease, Said } from './answers.ts'
import type { Attempts } from './attempts.ts'
import { BackOff } from './back-off.ts'
import type { OwnState } from './own-state.ts'
import type { WorkerLog, WorkerSettings } from './settings.ts'
import type { WorkerApi } from './worker-api.ts'

/** A claim waits so long for the first task. */
const waitSeconds = 30
/** An empty answer that comes sooner than this is one of a server that stops. */
const soonMs = 1_000

export interface SessionOptions {
  settings: Pick<WorkerSettings, 'isPrivate'>
  api: WorkerApi
  state: OwnState
  attempts: Attempts
  log: WorkerLog
  /** What the worker says of itself now. */
  registration(): Promise<object>
  /** Runs beside, as long as the connection lasts. */
  accompany(signal: AbortSignal): Promise<void>
  /** Aborted: no more tasks are taken. The rest goes on. */
  draining: AbortSignal
  /** The server is there, and says what it knows of this worker's leases. */
  onConnected(held: readonly HeldLease[]): void
}

/** Until a server has accepted the worker, its address may be wrong. */
const hint = 'is this where the server is? --server or CODETETHER_SERVER says so'

const isUnauthorized = (error: unknown): boolean => error instanceof RemoteError && error.httpStatus === 401

/** The same call would be refused again. */
const isRefusal = (error: unknown): boolean =>
  error instanceof RemoteError && error.httpStatus < 500 && !isRetryable(error)

/**
 * Stays connected to the server until the signal is aborted: registers, listens, and claims while there is room. Stream and claims
 * stand and fall together, so that what `connected` tells of leases is compared while no claim is under way. Rejects only if the
 * worker has never been accepted: with a refusal that waiting does not change.
 */
export async function runSession(options: SessionOptions, signal: AbortSignal): Promise<void> {
  const { log, state, api } = options
  const backOff = new BackOff()
  let isAccepted = false
  let shared: boolean | undefined
  while (!signal.aborted) {
    try {
      shared = await register(options, shared, signal)
      isAccepted = true
      await connectOnce(options, signal, () => backOff.reset())
    } catch (error) {
      if (signal.aborted) return
      if (isUnauthorized(error) && api.token !== undefined) {
        log.info({}, 'the server does not know the token of this worker: registering again')
        api.token = undefined
        await state.setToken(undefined)
      } else if (!isAccepted && isRefusal(error)) throw error
      else log.warn({ reason: reasonOf(error), ...(!isAccepted && { hint }) }, 'the server is not there, trying again')
      await sleep(backOff.after(error), signal).catch(() => undefined)
    }
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const grantHint = 'A2A_WORKER_GRANTS of the server says who may have workers for everybody'

/** `known` is whether it is for everybody, as it was told last. @returns it. */
async function register(
  { api, state, settings, registration, log }: SessionOptions,
  known: boolean | undefined,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  api.token = state.token
  const answer = await api.register(await registration(), signal)
  const { workerId } = state
  if (answer.worker_token !== undefined) {
    api.token = answer.worker_token
    await state.setToken(answer.worker_token)
    log.info({ workerId }, 'registered')
  }
  const { shared } = answer.worker
  if (shared === true && known !== true) log.info({ workerId }, 'takes tasks of everybody')
  if (shared === false && known !== false)
    log.info(
      { workerId, ...(!settings.isPrivate && { hint: grantHint }) },
      'takes tasks only of whoever has registered it',
    )
  return shared
}

async function connectOnce(options: SessionOptions, outer: AbortSignal, onConnected: () => void): Promise<void> {
  const broken = new AbortController()
  const signal = AbortSignal.any([outer, broken.signal])
  const events = options.api.events(signal)
  try {
    const connected = await readConnected(events)
    onConnected()
    options.log.info({ held: connected.held.length }, 'connected')
    options.onConnected(connected.held)
    const parts = [listen(options, events), claim(options, signal), options.accompany(signal)].map(part =>
      part.catch((error: unknown) => {
        broken.abort(error)
        throw error
      }),
    )
    const ends = await Promise.allSettled(parts)
    const failed = ends.find(end => end.status === 'rejected')
    if (failed) throw broken.signal.reason ?? failed.reason
  } finally {
    broken.abort()
    await events.return(undefined).catch(() => undefined)
  }
}

async function readConnected(events: AsyncGenerator<SseEvent>) {
  const { value: first } = await events.next()
  const connected = first && dataOf(first, Connected)
  if (!connected) throw new Error('the stream of the server does not begin with `connected`')
  return connected
}

/** What the server says to a worker that connects, and no more. */
export async function firstEvent(api: WorkerApi, signal: AbortSignal) {
  const events = api.events(signal)
  try {
    return await readConnected(events)
  } finally {
    await events.return(undefined).catch(() => undefined)
  }
}

function dataOf<T>({ data }: SseEvent, schema: z.ZodType<T>): T | null {
  try {
    return schema.safeParse(JSON.parse(data)).data ?? null
  } catch {
    return null
  }
}

/** Ends with an error only: a stream that ends is one that broke. */
async function listen({ attempts }: SessionOptions, events: AsyncGenerator<SseEvent>): Promise<never> {
  for await (const event of events) {
    if (event.event === 'task_cancelled') {
      const task = dataOf(event, AboutTask)
      if (task) attempts.cancel(task.task_id)
    } else if (event.event === 'message') {
      const said = dataOf(event, Said)
      if (said) attempts.hear(said.task_id, { seq: said.seq, text: said.text })
    } else if (event.event === 'heartbeat' && dataOf(event, Beat)?.status === 'unregistered')
      throw new Error('the worker is not registered any more')
  }
  throw new Error('the server has ended the stream')
}

/** Ends when the worker takes no more tasks. */
async function claim({ api, attempts, draining }: SessionOptions, outer: AbortSignal): Promise<void> {
  const signal = AbortSignal.any([outer, draining])
  while (!signal.aborted) {
    await attempts.whenRoom(signal)
    if (signal.aborted) break
    const askedAt = performance.now()
    try {
      const tasks = await api.claim(attempts.room, waitSeconds, signal)
      // A lease lasts from when it was granted, which was just now: the call may have waited long for it.
      for (const task of tasks) attempts.start(task, performance.now())
      if (tasks.length > 0 || performance.now() - askedAt > soonMs) continue
    } catch (error) {
      if (draining.aborted) return
      throw error
    }
    await sleep(Math.random() * soonMs, signal).catch(() => undefined)
  }
}
