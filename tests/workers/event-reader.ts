import assert from 'node:assert/strict'
import { messagesIn, type SseMessage } from '../doors/sse.ts'

/** Reads a stream of events until it ends or is left. */
export class EventReader implements AsyncDisposable {
  readonly seen: SseMessage[] = []
  readonly #controller = new AbortController()
  readonly done: Promise<void>

  constructor(url: string, headers: Record<string, string> = {}) {
    this.done = this.#read(url, headers).catch((error: unknown) => {
      if (!this.#controller.signal.aborted) throw error
    })
  }

  async #read(url: string, headers: Record<string, string>) {
    const response = await fetch(url, { headers, signal: this.#controller.signal })
    assert.equal(response.status, 200)
    let text = ''
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk
      const end = text.lastIndexOf('\n\n') + 2
      if (end < 2) continue
      this.seen.push(...messagesIn(text.slice(0, end)))
      text = text.slice(end)
    }
  }

  of(event: string): SseMessage[] {
    return this.seen.filter(message => message.event === event)
  }

  async [Symbol.asyncDispose]() {
    this.#controller.abort()
    await this.done
  }
}
