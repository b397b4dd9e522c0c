import { createReadStream } from 'node:fs'
import { text } from 'node:stream/consumers'
import { Deadline } from '@codetether/client/deadline'
import { send } from '@codetether/client/http'
import { parseJson, readText, strangeAnswer } from '@codetether/client/read-json'
import { PlatformError } from '@codetether/protocol/errors'
import { z } from 'zod'
import { UsageError } from './failure.ts'
import type { Io } from './io.ts'

/** Cards and sets of keys are small; whoever sends more wants our memory. */
const maxBytes = 1024 * 1024
const defaultSeconds = 10

export interface ReadOptions {
  /** Seconds that the network may take. */
  timeout?: number | undefined
  headers?: Record<string, string>
}

export const isUrl = (place: string): boolean => /^https?:\/\//i.test(place)

/** A file as text. Throws PlatformError NOT_FOUND, and UsageError for one that cannot be read or is too large. */
export const readFileText = async (path: string): Promise<string> => {
  try {
    const content = await text(createReadStream(path, { end: maxBytes }))
    if (content.length <= maxBytes) return content
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    if (code === 'ENOENT') throw new PlatformError('NOT_FOUND', `there is no file ${path}`, { cause: error })
    throw new UsageError(`the file ${path} cannot be read: ${code}`)
  }
  throw new UsageError(`the file ${path} has more than ${maxBytes} bytes`)
}

/** No redirect is followed: it could lead to somebody else's keys. */
const fetchText = async (url: string, { timeout = defaultSeconds, headers = {} }: ReadOptions, io: Io) => {
  using deadline = new Deadline(io.signal)
  deadline.set(timeout * 1000, `no answer from ${url} within ${timeout} s`)
  const response = await send({}, url, { headers: { accept: 'application/json', ...headers }, signal: deadline.signal })
  const content = await readText(response, deadline.signal, maxBytes)
  if (!response.ok) throw strangeAnswer(response, content)
  return content
}

const JsonObject = z.record(z.string(), z.unknown())

/** A JSON object from a file or a URL. */
export const readDocument = async (place: string, options: ReadOptions, io: Io): Promise<Record<string, unknown>> => {
  const content = isUrl(place) ? await fetchText(place, options, io) : await readFileText(place)
  const document = JsonObject.safeParse(parseJson(content)).data
  if (document === undefined) throw new UsageError(`${place} holds no JSON object`)
  return document
}
