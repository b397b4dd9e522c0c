import type { Benchmark } from './benchmark.ts'
import { append } from './benchmarks/append.ts'
import { backlog } from './benchmarks/backlog.ts'
import { drain, queueCore } from './benchmarks/drain.ts'
import { history } from './benchmarks/history.ts'
import { openStreams } from './benchmarks/open-streams.ts'
import { output } from './benchmarks/output.ts'
import { pickup } from './benchmarks/pickup.ts'
import { send } from './benchmarks/send.ts'
import { start } from './benchmarks/start.ts'
import { streams } from './benchmarks/streams.ts'
import { transports } from './benchmarks/transports.ts'

export const benchmarks: readonly Benchmark[] = [
  send,
  start,
  streams,
  history,
  append,
  transports,
  openStreams,
  drain,
  queueCore,
  pickup,
  output,
  backlog,
]
