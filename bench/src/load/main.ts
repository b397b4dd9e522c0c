import { answer } from '../child/answer.ts'
import { numberIn, textIn } from '../child/shape.ts'
import { generate } from './generate.ts'

const stopped = new AbortController()

answer(
  {
    load: params =>
      generate(
        {
          url: textIn(params, 'url'),
          connections: numberIn(params, 'connections'),
          seconds: numberIn(params, 'seconds'),
        },
        stopped.signal,
      ),
  },
  () => {
    stopped.abort(new Error('stopped'))
    return Promise.resolve()
  },
)
