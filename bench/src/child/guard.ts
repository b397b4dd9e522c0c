import { readFile } from 'node:fs/promises'
import { answer } from './answer.ts'
import { numberIn } from './shape.ts'

let postmaster: number | null = null

/** Its own name, in case the number has gone to another process since. */
const isPostgres = async (pid: number): Promise<boolean> =>
  (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim() === 'postgres'

// PostgreSQL outlives a parent that is killed. This process notices, and ends what nobody uses any more.
answer(
  {
    watch: params => {
      postmaster = numberIn(params, 'pid')
      return Promise.resolve({})
    },
  },
  async () => {
    if (postmaster !== null && (await isPostgres(postmaster))) process.kill(postmaster, 'SIGINT')
  },
)
