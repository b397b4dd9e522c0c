import type { Benchmark } from './benchmark.ts'
import { send } from './benchmarks/send.ts'
import { start } from './benchmarks/start.ts'

export const benchmarks: readonly Benchmark[] = [send, start]
