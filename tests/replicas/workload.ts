import { until } from '../journeys/until.ts'
import { type Submission, submit } from './clients.ts'
import { type Open, Reader } from './reader.ts'

const clients = 32
/** No disturbance takes as long, nor does the work between two of them. */
const patienceMs = 60_000

/** Of ten tasks: six that are answered with their submission, three with some commits, one with many. */
export const agents: readonly string[] = [...Array(6).fill('Pure'), ...Array(3).fill('Steps'), 'Chatty']

const submissionOf = (n: number): Submission => ({
  messageId: `message-${n}`,
  agent: agents[n % agents.length] ?? '',
  blocking: n % 3 === 0,
})

/** Every hundredth task is followed by a reader, all of them tasks that say much. */
const isRead = (n: number) => n % 100 === agents.length - 1

interface Plan {
  /** Where the messages are sent. */
  url: string
  submissions: number
  /** How the nth reader starts a task and reads it. */
  read(submission: Submission, n: number): Open
  /** What is done meanwhile, one after the other. */
  disturbances: readonly (() => Promise<unknown>)[]
}

/**
 * Many clients send messages and are disturbed at even distances: a disturbance begins when its share of the messages
 * was taken up, and the clients do not run ahead of the disturbances, so that each of them meets work.
 */
export class Workload {
  /** Message ids with the tasks that were acknowledged. */
  readonly acknowledged = new Map<string, string>()
  readonly readers: Reader[] = []
  readonly #plan: Plan
  readonly #distance: number
  /** Messages that were taken up. */
  #next = 0
  /** Disturbances that are over. */
  #done = 0
  #failed = false

  constructor(plan: Plan) {
    this.#plan = plan
    this.#distance = Math.floor(plan.submissions / (plan.disturbances.length + 1))
  }

  /** Sends everything and is disturbed by everything. After the first failure nobody begins anything more. */
  async run(): Promise<void> {
    const parts = [this.#disturb(), ...Array.from({ length: clients }, () => this.#send())]
    const noted = parts.map(part =>
      part.catch((error: unknown) => {
        this.#failed = true
        throw error
      }),
    )
    await Promise.allSettled(noted)
    await Promise.all(noted)
  }

  async #disturb(): Promise<void> {
    for (const disturb of this.#plan.disturbances) {
      const isDue = () => this.#failed || this.#next >= (this.#done + 1) * this.#distance
      await until('work to disturb', async () => isDue(), patienceMs)
      if (this.#failed) return
      await disturb()
      this.#done += 1
    }
  }

  get #isAhead(): boolean {
    return this.#done < this.#plan.disturbances.length && this.#next >= (this.#done + 2) * this.#distance
  }

  async #send(): Promise<void> {
    const { url, submissions } = this.#plan
    for (;;) {
      if (this.#isAhead)
        await until('the disturbances to keep up', async () => this.#failed || !this.#isAhead, patienceMs)
      const n = this.#next++
      if (this.#failed || n >= submissions) return
      const submission = submissionOf(n)
      this.acknowledged.set(
        submission.messageId,
        isRead(n) ? await this.#read(submission) : await submit(url, submission),
      )
    }
  }

  async #read(submission: Submission): Promise<string> {
    const reader = new Reader(this.#plan.read(submission, this.readers.length))
    this.readers.push(reader)
    await reader.done
    return reader.taskId ?? ''
  }

  /** What shows that everything works again: as many tasks of each kind as ten have, one more time. */
  async runAfterwards(): Promise<void> {
    const submissions = agents.map((agent, n) => ({ messageId: `last-${n}`, agent, blocking: true }))
    await Promise.all(
      submissions.map(async submission => {
        this.acknowledged.set(submission.messageId, await submit(this.#plan.url, submission))
      }),
    )
  }
}
