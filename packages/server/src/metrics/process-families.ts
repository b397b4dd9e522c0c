import { readdir } from 'node:fs/promises'
import { type EventLoopUtilization, monitorEventLoopDelay, PerformanceObserver, performance } from 'node:perf_hooks'
import { Counter } from './instruments.ts'
import type { Family, FamilyType, Sample } from './registry.ts'

const nanoseconds = 1e-9

/** The process under the names that dashboards for Prometheus know. Several servers in one process tell the same. */
export interface ProcessFamilies extends Disposable {
  families: Family[]
}

/** Begins to watch the event loop and the garbage collector, until it is disposed. */
export function watchProcess(): ProcessFamilies {
  const loop = watchLoop()
  const collector = watchCollector()
  return {
    families: [...loop.families, ...collector.families, ...processFigures()],
    [Symbol.dispose]() {
      loop[Symbol.dispose]()
      collector[Symbol.dispose]()
    },
  }
}

const single = (type: FamilyType, name: string, help: string, read: () => number): Family => ({
  name,
  help,
  type,
  samples: () => [{ value: read() }],
})

/** The delays are those since the scrape before: a maximum since the start would hide the present. The last one resets. */
function watchLoop(): ProcessFamilies {
  const delays = monitorEventLoopDelay({ resolution: 20 })
  delays.enable()
  let before: EventLoopUtilization = performance.eventLoopUtilization()
  const since = ', since the scrape before.'
  return {
    families: [
      single('gauge', 'nodejs_eventloop_lag_p50_seconds', `Median delay of the event loop${since}`, () =>
        seconds(delays.percentile(50)),
      ),
      single(
        'gauge',
        'nodejs_eventloop_lag_p99_seconds',
        `99th percentile of the delay of the event loop${since}`,
        () => seconds(delays.percentile(99)),
      ),
      single('gauge', 'nodejs_eventloop_lag_max_seconds', `Longest delay of the event loop${since}`, () => {
        const longest = seconds(delays.max)
        delays.reset()
        return longest
      }),
      single(
        'gauge',
        'nodejs_eventloop_utilization_ratio',
        `Part of the time in which the event loop was busy${since}`,
        () => {
          const now = performance.eventLoopUtilization()
          const { utilization } = performance.eventLoopUtilization(now, before)
          before = now
          return Number.isFinite(utilization) ? utilization : 0
        },
      ),
    ],
    [Symbol.dispose]: () => void delays.disable(),
  }
}

/** The monitor's own period is not a delay; without a measurement it says 0 or a huge number. */
const seconds = (measured: number): number => {
  const delay = measured * nanoseconds - 0.02
  return delay > 0 && delay < 3600 ? delay : 0
}

const kinds: Readonly<Record<number, string>> = { 1: 'minor', 4: 'major', 8: 'incremental', 16: 'weakcb' }

function watchCollector(): ProcessFamilies {
  const spent = new Counter({
    name: 'nodejs_gc_duration_seconds_total',
    help: 'Time spent in garbage collection, by kind.',
    labels: ['kind'],
  })
  const observer = new PerformanceObserver(list => {
    for (const entry of list.getEntries()) spent.add({ kind: kindOf(entry) }, entry.duration / 1000)
  })
  observer.observe({ entryTypes: ['gc'] })
  return { families: [spent], [Symbol.dispose]: () => observer.disconnect() }
}

const kindOf = (entry: object): string => {
  const detail = 'detail' in entry ? entry.detail : null
  return typeof detail === 'object' && detail !== null && 'kind' in detail
    ? (kinds[Number(detail.kind)] ?? 'other')
    : 'other'
}

function processFigures(): Family[] {
  const startedAt = Math.round(performance.timeOrigin) / 1000
  return [
    single('counter', 'process_cpu_seconds_total', 'User and system CPU time.', () => {
      const { user, system } = process.cpuUsage()
      return (user + system) / 1e6
    }),
    single('gauge', 'process_start_time_seconds', 'When the process started, in seconds since 1970.', () => startedAt),
    single('gauge', 'process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss()),
    single('gauge', 'nodejs_heap_size_total_bytes', 'Size of the heap.', () => process.memoryUsage().heapTotal),
    single('gauge', 'nodejs_heap_size_used_bytes', 'Memory of the heap in use.', () => process.memoryUsage().heapUsed),
    single(
      'gauge',
      'nodejs_external_memory_bytes',
      'Memory outside the heap that objects hold.',
      () => process.memoryUsage().external,
    ),
    {
      name: 'process_open_fds',
      help: 'Open file descriptors; on Linux only.',
      type: 'gauge',
      samples: openFiles,
    },
  ]
}

/** Reading the directory opens one more. */
const openFiles = (): Promise<Sample[]> =>
  readdir('/proc/self/fd').then(
    names => [{ value: names.length - 1 }],
    () => [],
  )
