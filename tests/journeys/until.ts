import { setTimeout as delay } from 'node:timers/promises'

const stepMs = 20

/** Looks again and again until there is something. Throws when there is nothing after `timeoutMs`; `what` names it. */
export async function until<T>(
  what: string,
  look: () => Promise<T | null | undefined | false>,
  timeoutMs = 20_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const found = await look()
    if (found !== null && found !== undefined && found !== false) return found
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs / 1000} s for ${what}`)
    await delay(stepMs)
  }
}
