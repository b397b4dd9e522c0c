import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { Random } from '../journeys/random.ts'

/** An attempt that was read to its end. */
export interface Attempt {
  path: string
  /** The header `webhook-id`, and the generation in it. */
  id: string
  generation: number
  raw: string
  headers: Record<string, string>
  /** The receiver has done what it was told, whether or not the sender has heard of it. */
  isTaken: boolean
}

export interface MoodyReceiver extends AsyncDisposable {
  url: string
  attempts: Attempt[]
  /** Mood → how often. */
  moods: Map<string, number>
}

type Answer = (response: ServerResponse, socket: Socket) => void

interface Mood {
  /** How often, among all moods. */
  weight: number
  isTaken: boolean
  answer: Answer
}

const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  response =>
    response.writeHead(code, headers).end()

/** A byte now and then, until the other side has enough. */
const drip = (write: () => unknown, socket: Socket): void => {
  const timer = setInterval(write, 50)
  socket.once('close', () => clearInterval(timer))
}

const moods: Readonly<Record<string, Mood>> = {
  'answers 200': { weight: 150, isTaken: true, answer: status(200) },
  'answers 204': { weight: 150, isTaken: true, answer: status(204) },
  'answers 500': { weight: 60, isTaken: false, answer: status(500) },
  'answers 503': { weight: 30, isTaken: false, answer: status(503, { 'retry-after': '0' }) },
  'answers 404': { weight: 20, isTaken: false, answer: status(404) },
  redirects: { weight: 10, isTaken: false, answer: status(307, { location: '/elsewhere' }) },
  'resets after it has committed': { weight: 40, isTaken: true, answer: (_, socket) => socket.resetAndDestroy() },
  'ends within the head after it has committed': {
    weight: 30,
    isTaken: true,
    answer: (_, socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-le'),
  },
  'cuts its answer off': {
    weight: 20,
    isTaken: true,
    answer: (response, socket) =>
      response.writeHead(200, { 'content-length': 100 }).write('half', () => socket.destroy()),
  },
  'answers and then drips': {
    weight: 10,
    isTaken: true,
    answer: (response, socket) => {
      response.writeHead(200).flushHeaders()
      drip(() => response.write('.'), socket)
    },
  },
  'drips a head without end': {
    weight: 2,
    isTaken: false,
    answer: (_, socket) => {
      socket.write('HTTP/1.1 200 OK\r\nx: ')
      drip(() => socket.write('.'), socket)
    },
  },
  'says nothing': { weight: 3, isTaken: false, answer: () => undefined },
}

const resets = 'resets before it has read'
const resetWeight = 40
const table: readonly [name: string, weight: number][] = [
  ...Object.entries(moods).map(([name, { weight }]): [string, number] => [name, weight]),
  [resets, resetWeight],
]
const total = table.reduce((sum, [, weight]) => sum + weight, 0)

function pick(random: Random): string {
  let at = random.between(0, total)
  for (const [name, weight] of table) {
    if (at < weight) return name
    at -= weight
  }
  throw new Error('unreachable')
}

async function read(request: IncomingMessage): Promise<Omit<Attempt, 'isTaken'>> {
  const raw = Buffer.concat(await Array.fromAsync(request)).toString()
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
  const id = headers['webhook-id'] ?? ''
  return { path: request.url ?? '', id, generation: Number(id.split('_')[1]), raw, headers }
}

/** A receiver that treats each notification as the seed says; what comes to `/never` it always refuses. */
export async function startMoodyReceiver(seed: number): Promise<MoodyReceiver> {
  const random = new Random(seed)
  const attempts: Attempt[] = []
  const seen = new Map<string, number>()
  const server = createServer(async (request, response) => {
    const { socket } = request
    for (const part of [request, response, socket]) part.on('error', () => undefined)
    const name = request.url?.startsWith('/never') ? 'answers 500' : pick(random)
    seen.set(name, (seen.get(name) ?? 0) + 1)
    const mood = moods[name]
    if (!mood) return void socket.resetAndDestroy()
    // Nobody hears of what a killed sender did not say to the end.
    const attempt = await read(request).catch(() => null)
    if (!attempt) return
    attempts.push({ ...attempt, isTaken: mood.isTaken })
    mood.answer(response, socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    attempts,
    moods: seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
