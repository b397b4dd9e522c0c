/** Facts about a span, under the names of OpenTelemetry's semantic conventions where they have one. */
export type Attributes = Readonly<Record<string, string | number | boolean>>

/** A piece of work that is timed. */
export interface Span {
  /** For log lines; null if nothing is traced. */
  readonly ids: { traceId: string; spanId: string } | null
  rename(name: string): void
  set(attributes: Attributes): void
  /** Marks the work as failed, with a word for it. */
  fail(reason: string): void
}

/** The span of a request, which begins and ends in different places. */
export interface RequestSpan extends Span {
  /** Runs `work` as part of the span: spans that begin in there are its children. */
  within<T>(work: () => T): T
  end(): void
}

export type SpanKind = 'internal' | 'server' | 'client'

export interface SpanOptions {
  /** Begin a trace if there is no span around; else such work is not traced: housekeeping is of no interest. */
  root?: boolean
  kind?: SpanKind
  attributes?: Attributes
}

/** Makes spans. Disposing it sends what has ended, as long as the grace of the stop allows. */
export interface Tracer extends AsyncDisposable {
  /** False: nothing is traced, and what costs something for it can be left out. */
  readonly enabled: boolean
  /** Runs `work` in a span below the one around it, if there is one. What it throws marks the span. */
  trace<T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T>
  /** Adds to the span around the caller, if there is one. */
  annotate(attributes: Attributes): void
  /** Begins the span of a request, below the caller's span if the header `traceparent` names one (W3C Trace Context). */
  begin(name: string, options: SpanOptions, headers: object): RequestSpan
  /** The headers with which a call to another server continues the current trace; none without one. */
  headers(): Record<string, string>
}

export const noSpan: RequestSpan = {
  ids: null,
  set() {},
  fail() {},
  rename() {},
  within: work => work(),
  end() {},
}

/** Traces nothing. */
export const noTracer: Tracer = {
  enabled: false,
  trace: (_name, _options, work) => work(noSpan),
  annotate() {},
  begin: () => noSpan,
  headers: () => ({}),
  [Symbol.asyncDispose]: () => Promise.resolve(),
}
