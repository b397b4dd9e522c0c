import { Wake } from './wake.ts'

/** What is watched: the id of a codebase, for tasks that are new in it, or the number of a lane, for those that go on. */
export type ActivityKey = string | number

/** Somebody who watches several at once. */
export interface Watch extends Disposable {
  /** Watches these and no others from here on. */
  follow(keys: Iterable<ActivityKey>): void
  /** Resolves when something happened since the last call, after `pollMs` without it, or on abort. */
  next(pollMs: number, signal: AbortSignal): Promise<void>
}

/** Wake-ups for those who watch codebases. They may be lost: whoever watches looks from time to time. */
export interface Activity {
  /** Wakes those in this process, and by way of the bus those in others. */
  publish(key: ActivityKey): void
  wakeHere(key: ActivityKey): void
  wakeAll(): void
  watch(): Watch
}

/** @param send takes what the other replicas are to have too. */
export function createActivity(send: (key: ActivityKey) => void = () => undefined): Activity {
  const watchers = new Map<string, Set<Wake>>()
  const wakeHere = (key: ActivityKey) => {
    for (const wake of watchers.get(String(key)) ?? []) wake.wake()
  }
  return {
    wakeHere,
    publish(key) {
      wakeHere(key)
      send(key)
    },
    wakeAll() {
      for (const wakes of watchers.values()) for (const wake of wakes) wake.wake()
    },
    watch: () => watchOf(watchers),
  }
}

function watchOf(watchers: Map<string, Set<Wake>>): Watch {
  const wake = new Wake()
  let followed = new Set<string>()
  const leave = (key: string) => {
    const wakes = watchers.get(key)
    wakes?.delete(wake)
    if (wakes?.size === 0) watchers.delete(key)
  }
  const follow = (keys: Iterable<ActivityKey>) => {
    const wanted = new Set([...keys].map(String))
    for (const key of followed.difference(wanted)) leave(key)
    for (const key of wanted.difference(followed)) watchers.set(key, (watchers.get(key) ?? new Set()).add(wake))
    followed = wanted
  }
  return {
    follow,
    next: (pollMs, signal) => wake.next(pollMs, signal),
    [Symbol.dispose]: () => follow([]),
  }
}
