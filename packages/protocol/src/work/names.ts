import { z } from 'zod'
import { limits } from '../limits.ts'

/** An id that a worker chooses for itself. It stands in paths and logs. */
export const WorkerId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/, {
  error: 'must be 1 to 128 letters, digits, dots, underscores, colons or hyphens',
})

const line = /^[^\p{Cc}]*$/u

/** What somebody says on one line, or nothing. */
export const Line = z.string().max(limits.idChars).regex(line, { error: 'must be one line' })

/** A name that people read, on one line. */
export const Name = z.string().trim().min(1).max(limits.idChars).regex(line, { error: 'must be one line' })

/** A capability, or the name by which a task asks for an agent. */
export const Label = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9][a-z0-9._:/ -]{0,127}$/, {
    error: 'must be 1 to 128 letters, digits, spaces, dots, underscores, colons, slashes or hyphens',
  })

/** Labels as a set: sorted, each once. */
export const Labels = z
  .array(Label)
  .max(limits.labels)
  .transform(labels => [...new Set(labels)].sort())

/**
 * A reference to a model, `provider/model`. `provider:model` is read as the same, split at the first colon, unless a
 * slash stands before it: names of models have colons too.
 */
export const ModelRef = z
  .string()
  .trim()
  .regex(/^[\w.@-]{1,128}[/:][\w.:/@ +-]{1,200}$/, { error: 'must be provider/model' })
  .transform(ref => ref.replace(/^([^/:]+):/, '$1/'))

/** The same, or a friendly name that the server knows, such as `sonnet`. */
export const ModelWish = z.union(
  [
    ModelRef,
    z
      .string()
      .trim()
      .regex(/^[\w.@-]{1,128}$/),
  ],
  {
    error: 'must be provider/model, or a name such as sonnet',
  },
)

/** A path on a worker's machine, absolute, without a way up. */
export const DirectoryPath = z
  .string()
  .max(limits.pathChars)
  .regex(/^(?:\/|~(?:\/|$)|[A-Za-z]:[\\/])[^\0]*$/, { error: 'must be an absolute path' })
  .refine(path => new TextEncoder().encode(path).length <= limits.pathBytes, {
    error: `must be at most ${limits.pathBytes} bytes`,
  })
  .refine(path => !path.split(/[\\/]/).includes('..'), { error: 'must not go up' })
