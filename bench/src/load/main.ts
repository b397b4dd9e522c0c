import { answer } from '../child/answer.ts'
import { type Fields, fieldsOf, numberIn, textIn, textsIn } from '../child/shape.ts'
import { doorsIn } from '../transport.ts'
import { generate } from './generate.ts'
import { burst, Streams } from './streams.ts'
import { turnOver } from './turnover.ts'
import { workloadFrom } from './workload.ts'

const stopped = new AbortController()
/** The streams that are held open between requests. */
let held: Streams | null = null

const streams = (): Streams => {
  if (held === null) throw new Error('no streams are held')
  return held
}

const countIn = (params: Fields) => ({
  url: textIn(params, 'url'),
  count: numberIn(params, 'count'),
  tokens: textsIn(params, 'tokens'),
})

answer(
  {
    load: params =>
      generate(
        {
          url: textIn(params, 'url'),
          connections: numberIn(params, 'connections'),
          seconds: numberIn(params, 'seconds'),
          workload: workloadFrom(fieldsOf(params.workload)),
        },
        stopped.signal,
      ),
    burst: params => burst(countIn(params), stopped.signal),
    turnOver: params =>
      turnOver(
        {
          doors: doorsIn(fieldsOf(params.doors)),
          tokens: textsIn(params, 'tokens'),
          perSecond: numberIn(params, 'perSecond'),
          lifeMs: numberIn(params, 'lifeMs'),
          seconds: numberIn(params, 'seconds'),
        },
        stopped.signal,
      ),
    hold: async params => {
      held = await Streams.connect({ ...countIn(params), message: textIn(params, 'message') })
      await held.start()
      return {}
    },
    reach: async params => {
      await streams().reach(numberIn(params, 'chunks'))
      return {}
    },
    finish: async params => {
      using finished = streams()
      await finished.finish()
      const fault = finished.fault(numberIn(params, 'chunks'))
      if (fault !== null) throw new Error(fault)
      held = null
      return {}
    },
  },
  () => {
    stopped.abort(new Error('stopped'))
    held?.[Symbol.dispose]()
    return Promise.resolve()
  },
)
