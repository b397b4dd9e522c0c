import { createHash } from 'node:crypto'
import { SseParser } from '@codetether/client/sse'
import { answer } from '../child/answer.ts'
import { fieldsOf, numberIn, textIn } from '../child/shape.ts'

/** What one reader of a task's output has seen. */
interface Seen {
  /** SHA-256 over all text, in its order. */
  readonly digest: string
  readonly lines: number
}

const stopped = new AbortController()
let readers: Promise<Seen>[] = []

/** Follows the output of a task to its end. `open` is called when the stream is. */
async function read(url: string, open: () => void): Promise<Seen> {
  const response = await fetch(url, { headers: { accept: 'text/event-stream' }, signal: stopped.signal })
  if (!response.ok || response.body === null) throw new Error(`${url}: ${response.status}`)
  open()
  const parser = new SseParser()
  const hash = createHash('sha256')
  let lines = 0
  for await (const chunk of response.body) {
    for (const { event, data } of parser.push(chunk)) {
      if (event === 'done') return { digest: hash.digest('hex'), lines }
      if (event !== 'output') continue
      const content = textIn(fieldsOf(JSON.parse(data)), 'content')
      hash.update(content)
      for (let at = content.indexOf('\n'); at >= 0; at = content.indexOf('\n', at + 1)) lines += 1
    }
  }
  throw new Error('the stream ended before the task')
}

// Readers of one task, each with a stream of its own. `follow` returns when all streams are open, `ended` when all have ended.
answer(
  {
    follow: async params => {
      const [url, count] = [textIn(params, 'url'), numberIn(params, 'count')]
      const opened = Array.from({ length: count }, () => Promise.withResolvers<void>())
      readers = opened.map(({ resolve }) => read(url, resolve))
      await Promise.race([Promise.all(opened.map(({ promise }) => promise)), Promise.all(readers)])
      return {}
    },
    ended: async () => {
      const seen = await Promise.all(readers)
      return {
        digests: [...new Set(seen.map(({ digest }) => digest))],
        lines: Math.min(...seen.map(({ lines }) => lines)),
      }
    },
  },
  () => {
    stopped.abort()
    return Promise.resolve()
  },
)
