import { KeptAnswers } from './kept-answers.ts'
import { Wake } from './wake.ts'

/** What a worker is told of a task that it holds: that it was canceled, or that a message waits in it. */
export interface WorkerNews {
  kind: 'task_cancelled' | 'message'
  taskId: string
}

export interface WorkerKey {
  tenantId: string
  workerId: string
}

/** Where tasks wait. */
export interface WorkPlace {
  tenantId: string
  lane: number
}

/** A worker that waits here, on its stream or with a claim. */
export interface Attendance extends Disposable {
  /** Resolves when work may be there or there is news, after `pollMs` without it, or on abort. */
  next(pollMs: number, signal: AbortSignal): Promise<void>
  /** The news since the last call. */
  take(): WorkerNews[]
  /** Was it woken for work since the last call? */
  isCalled(): boolean
}

/** What of a worker waits here. */
export interface Presence {
  streams: number
  claims: number
}

/** Wake-ups for workers. They may be lost: workers look for work from time to time, and renewals tell what was lost. */
export interface WorkerHub {
  /** Says that tasks wait: one of the workers here that may take them is woken, and one on each other replica. */
  wake(place: WorkPlace): void
  wakeHere(place: WorkPlace): void
  tell(worker: WorkerKey, news: WorkerNews): void
  tellHere(worker: WorkerKey, news: WorkerNews): void
  /** With `claims`, whoever waits takes a task by itself: it is called before those that are only told. */
  attend(worker: WorkerKey, claims?: boolean): Attendance
  /** Does somebody wait here who may take what waits there? */
  isAwaited(place: WorkPlace): Promise<boolean>
  /** Are there workers for a principal that take tasks? */
  anyFor(principal: { tenantId: string; id: string }): Promise<boolean>
  /** Forgets who may take what: somebody has registered. */
  forget(): void
  /** The workers of a tenant that wait here, by their ids. */
  presence(tenantId: string): ReadonlyMap<string, Presence>
  size(): number
}

export interface WorkerHubOptions {
  /** The ids of the workers that may take from a lane. */
  takersOf(place: WorkPlace): Promise<readonly string[]>
  hasWorkers(tenantId: string, principal: string): Promise<boolean>
  /** For the other replicas. */
  sendPlace(place: WorkPlace): void
  sendNews(worker: WorkerKey, news: WorkerNews): void
  onError(error: unknown): void
}

/** Who may take from a lane is asked once in this time. Whoever comes meanwhile looks for work by itself. */
const takersMs = 2_000
/** News that nobody takes must not pile up. */
const mostNews = 1_000

class Waiting extends Wake implements Attendance {
  readonly worker: WorkerKey
  readonly claims: boolean
  readonly #leave: (waiting: Waiting) => void
  #called = false
  #news: WorkerNews[] = []

  constructor(worker: WorkerKey, claims: boolean, leave: (waiting: Waiting) => void) {
    super()
    this.worker = worker
    this.claims = claims
    this.#leave = leave
  }

  get called(): boolean {
    return this.#called
  }

  call() {
    this.#called = true
    this.wake()
  }

  tell(news: WorkerNews) {
    if (this.#news.length < mostNews) this.#news.push(news)
    this.wake()
  }

  isCalled(): boolean {
    const called = this.#called
    this.#called = false
    return called
  }

  take(): WorkerNews[] {
    return this.#news.splice(0)
  }

  [Symbol.dispose]() {
    this.#leave(this)
  }
}

function presenceOf(tenantId: string, present: Iterable<Waiting>): Map<string, Presence> {
  const here = new Map<string, Presence>()
  for (const { worker, claims } of present) {
    if (worker.tenantId !== tenantId) continue
    const seen = here.get(worker.workerId) ?? { streams: 0, claims: 0 }
    seen[claims ? 'claims' : 'streams']++
    here.set(worker.workerId, seen)
  }
  return here
}

/** Calls one of those that may take, and puts it behind the others: everybody has a turn. */
function callOne(present: Set<Waiting>, tenantId: string, ids: ReadonlySet<string>) {
  let chosen: Waiting | null = null
  for (const waiting of present) {
    if (waiting.called || waiting.worker.tenantId !== tenantId || !ids.has(waiting.worker.workerId)) continue
    if (waiting.claims || chosen === null) chosen = waiting
    if (waiting.claims) break
  }
  if (chosen === null) return
  present.delete(chosen)
  present.add(chosen)
  chosen.call()
}

export function createWorkerHub(options: WorkerHubOptions): WorkerHub {
  const { takersOf, hasWorkers, sendPlace, sendNews, onError } = options
  // In the order of their last call.
  const present = new Set<Waiting>()
  const known = new KeptAnswers<ReadonlySet<string>>(takersMs)
  const peopled = new KeptAnswers<boolean>(takersMs)

  const takers = (place: WorkPlace): Promise<ReadonlySet<string>> =>
    known.get(`${place.tenantId} ${place.lane}`, async () => new Set(await takersOf(place)))

  const wakeHere = (place: WorkPlace) => {
    if (present.size > 0) takers(place).then(ids => callOne(present, place.tenantId, ids), onError)
  }

  const tellHere = ({ tenantId, workerId }: WorkerKey, news: WorkerNews) => {
    for (const waiting of present)
      if (waiting.worker.workerId === workerId && waiting.worker.tenantId === tenantId) waiting.tell(news)
  }

  return {
    wakeHere,
    tellHere,
    wake(place) {
      wakeHere(place)
      sendPlace(place)
    },
    tell(worker, news) {
      tellHere(worker, news)
      sendNews(worker, news)
    },
    attend(worker, claims = false) {
      const waiting = new Waiting(worker, claims, self => present.delete(self))
      present.add(waiting)
      return waiting
    },
    async isAwaited(place) {
      if (present.size === 0) return false
      const ids = await takers(place)
      return present.values().some(({ worker }) => worker.tenantId === place.tenantId && ids.has(worker.workerId))
    },
    anyFor: ({ tenantId, id }) => peopled.get(`${tenantId} ${id}`, () => hasWorkers(tenantId, id)),
    forget() {
      known.clear()
      peopled.clear()
    },
    presence: tenantId => presenceOf(tenantId, present),
    size: () => present.size,
  }
}
