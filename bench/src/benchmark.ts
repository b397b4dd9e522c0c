/** What a benchmark is asked for; `rounds` and `seconds` fall back to the benchmark's own values. */
export interface Options {
  readonly rounds: number
  readonly seconds: number
  /** Address of a superuser in a disposable PostgreSQL on this machine; null starts the embedded one. */
  readonly database: string | null
}

/** One run of one benchmark. The signal ends it on Ctrl-C and when its time is up. */
export interface Run {
  readonly options: Options
  readonly signal: AbortSignal
  /** A directory that exists as long as the run. */
  readonly directory: string
  readonly log: (line: string) => void
}

/**
 * One compared number, as `--json` prints it. `ratio` > 1 means that ours is better; `lo` and `hi` bound it over the
 * rounds. With a peer the target is a ratio. Without one it is the bound in the figure's own unit, and the ratio is
 * the bound over ours.
 */
export interface Figure {
  readonly bench: string
  readonly figure: string
  readonly unit: string
  readonly ours: number
  readonly peer: number | null
  readonly peerName: string | null
  readonly ratio: number
  readonly lo: number
  readonly hi: number
  readonly target: number | null
  readonly ok: boolean
}

export interface Outcome {
  readonly figures: readonly Figure[]
  /** What qualifies the figures: idle share, the generator's own cost, settings. */
  readonly notes: readonly string[]
}

export interface Benchmark {
  readonly name: string
  readonly description: string
  readonly defaults: { readonly rounds: number; readonly seconds: number }
  /** What it takes at most beside its rounds, if that is more than starts and stops. */
  readonly extraSeconds?: number
  readonly run: (run: Run) => Promise<Outcome>
}
