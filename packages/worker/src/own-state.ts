import { randomBytes, randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { WorkerId } from '@codetether/protocol/work/names'
import { z } from 'zod'

const Stored = z.looseObject({ worker_id: WorkerId, server: z.string(), token: z.string().optional() })
type Stored = z.output<typeof Stored>

const fileName = 'worker.json'

/** What a data directory says of its worker. Null if nothing. Throws what reading throws. */
export async function readState(dataDir: string): Promise<Stored | null> {
  const text = await readFile(join(dataDir, fileName), 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  })
  if (text === null) return null
  const stored = Stored.safeParse(tryParse(text))
  return stored.success ? stored.data : null
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

const letters = (hostname: string): string => hostname.replaceAll(/[^A-Za-z0-9._-]/g, '-').replace(/^[^A-Za-z0-9]+/, '')

/** An id that no other worker has, and by which a person still knows the machine. */
const newId = (hostname: string): string =>
  `${letters(hostname).slice(0, 64) || 'worker'}-${randomBytes(4).toString('hex')}`

/** The id of a worker, kept for ever, and the token that a server has given it. */
export class OwnState {
  readonly #path: string
  #stored: Stored

  private constructor(path: string, stored: Stored) {
    this.#path = path
    this.#stored = stored
  }

  /** A token is shown to nobody but the server that it came from, and by no other worker. */
  static async open(dataDir: string, given: { url: string; workerId: string | undefined; hostname: string }) {
    await mkdir(dataDir, { recursive: true, mode: 0o700 })
    const found = await readState(dataDir)
    const worker_id = given.workerId ?? found?.worker_id ?? newId(given.hostname)
    const server = new URL(given.url).origin
    const isSame = found?.worker_id === worker_id && found.server === server
    const state = new OwnState(join(dataDir, fileName), isSame ? found : { worker_id, server })
    await state.#save()
    return state
  }

  get workerId(): string {
    return this.#stored.worker_id
  }

  get token(): string | undefined {
    return this.#stored.token
  }

  async setToken(token: string | undefined): Promise<void> {
    this.#stored = { worker_id: this.workerId, server: this.#stored.server, ...(token !== undefined && { token }) }
    await this.#save()
  }

  /** Readers see the old content or the new one. */
  async #save(): Promise<void> {
    const temporary = `${this.#path}.${randomUUID()}.tmp`
    const file = await open(temporary, 'wx', 0o600)
    try {
      await file.writeFile(`${JSON.stringify(this.#stored)}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, this.#path)
  }
}
