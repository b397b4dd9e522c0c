import { AsyncLocalStorage } from 'node:async_hooks'
import {
  type Bindings,
  type ChildLoggerOptions,
  type DestinationStream,
  destination,
  type Logger as PinoLogger,
  pino,
  stdTimeFunctions,
} from 'pino'
import { isColorSupported, prettyFactory } from 'pino-pretty'
import type { LogFormat, LogLevel } from './config/config.ts'
import { createRedactor, redactText } from './redact.ts'

export type Logger = PinoLogger

export interface LoggerOptions {
  level: LogLevel
  format: LogFormat
  /** The header that carries tokens, masked like `authorization`. */
  authHeader?: string
  /** Where lines go; standard output if absent. */
  stream?: DestinationStream
}

/** Control characters that JSON writes as they are: terminals that follow a log would act on them. */
const hidden = /[\u007f-\u009f]/g

const escaped = (control: string): string => `\\u00${control.charCodeAt(0).toString(16)}`

/** A line whose texts hold nothing that steers a terminal. Still the same JSON. */
const escapeControls = (line: string): string => line.replaceAll(hidden, escaped)

/** The same for the texts that stand in the JSON: what is escaped stays so when it is printed. Line breaks are kept. */
const keepEscapes = (line: string): string =>
  line.replaceAll(/\\(u00(?:[01][\da-f]|7f|[89][\da-f])|[bfr])|\\./gi, (found, control) =>
    control === undefined ? found : `\\\\${control}`,
  )

/** Formats in this thread and at once: nothing is left to flush when the process ends. */
const pretty = (stream: DestinationStream, colorize: boolean): DestinationStream => {
  const format = prettyFactory({ colorize, translateTime: 'SYS:HH:MM:ss.l', singleLine: true })
  return { write: line => stream.write(format(keepEscapes(line))) }
}

interface LoggedRequest {
  method?: string
  url?: string
  host?: string
  ip?: string
}

/** Requests and replies are picked before anything looks at the rest of them. */
const pick = (fields: { req?: LoggedRequest; res?: { statusCode?: number } }): object => {
  const { req, res, ...rest } = fields
  return {
    ...rest,
    ...(req && { req: { method: req.method, url: req.url, host: req.host, remoteAddress: req.ip } }),
    ...(res && { res: { statusCode: res.statusCode } }),
  }
}

/** Holds nothing itself: the fields belong to the work that runs, whichever server of this process it is for. */
const around = new AsyncLocalStorage<Bindings>()

/** Runs `work`: every line that is logged by it, or by what it starts, has these fields. They name no secret. */
export const withLogFields = <T>(fields: Bindings, work: () => T): T => around.run(fields, work)

/** These are done by the formatter; pino and Fastify would add their own. */
const asIs = (value: unknown): unknown => value

/** pino asks its formatter for the root's bindings only; children inherit this `child`. */
const guardChildren = (root: Logger, safe: (fields: object) => Bindings): Logger => {
  const child: (this: Logger, bindings: Bindings, options?: ChildLoggerOptions) => Logger = root.child
  return Object.assign(root, {
    child(this: Logger, bindings: Bindings, options?: ChildLoggerOptions) {
      return child.call(this, safe(bindings), options)
    },
  })
}

/** A logger of JSON lines, or of lines for people. Masks secrets: in objects by their keys, in texts by their form. */
export const createLogger = ({ level, format, authHeader, stream }: LoggerOptions): Logger => {
  const out = stream ?? destination({ fd: 1, sync: true })
  const redact = createRedactor(authHeader === undefined ? [] : [authHeader])
  const safe = (fields: object) => redact(pick(fields))
  const root = pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      serializers: { req: asIs, res: asIs, err: asIs },
      formatters: { level: label => ({ level: label }), log: safe },
      // A copy: pino adds the fields of the line to it.
      mixin: () => ({ ...around.getStore() }),
      hooks: { streamWrite: line => escapeControls(redactText(line)) },
    },
    format === 'pretty' ? pretty(out, stream === undefined && isColorSupported) : out,
  )
  return guardChildren(root, safe)
}
