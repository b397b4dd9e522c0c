import type { Family, Sample } from './registry.ts'

/** A pool of connections, as `pg` counts them. */
export interface PoolFigures {
  readonly totalCount: number
  readonly idleCount: number
  readonly waitingCount: number
}

export interface ServerSources {
  pools: Readonly<Record<string, PoolFigures>>
  /** Open streams of each principal. */
  streams: ReadonlyMap<string, number>
  running: { size(): number }
  /** What takes hints to other replicas; null without any. */
  carrier: { readonly kind: string; isUp(): boolean } | null
  version: string
}

/** What a server knows of itself at the moment of a scrape. */
export function serverFamilies({ pools, streams, running, carrier, version }: ServerSources): Family[] {
  const gauge = (name: string, help: string, samples: () => Sample[]): Family => ({
    name,
    help,
    type: 'gauge',
    samples,
  })
  const ofPools = (name: string, help: string, count: (pool: PoolFigures) => number): Family =>
    gauge(name, help, () => Object.entries(pools).map(([pool, of]) => ({ labels: { pool }, value: count(of) })))
  return [
    gauge('codetether_build_info', 'Always 1; the labels tell the versions.', () => [
      { labels: { version, node: process.version }, value: 1 },
    ]),
    gauge('codetether_streams_open', 'Event streams that are open.', () => [
      { value: [...streams.values()].reduce((sum, open) => sum + open, 0) },
    ]),
    gauge('codetether_tasks_running', 'Tasks that agents of this process run.', () => [{ value: running.size() }]),
    gauge('codetether_hint_bus_up', '1 if hints reach the other replicas, else 0: then news takes seconds.', () =>
      carrier ? [{ labels: { bus: carrier.kind }, value: carrier.isUp() ? 1 : 0 }] : [],
    ),
    ofPools('codetether_database_connections', 'Database connections that are open.', pool => pool.totalCount),
    ofPools('codetether_database_idle_connections', 'Those of them that are free.', pool => pool.idleCount),
    ofPools(
      'codetether_database_waiting_transactions',
      'Transactions that wait for a connection.',
      pool => pool.waitingCount,
    ),
  ]
}
