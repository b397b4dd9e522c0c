import canonicalize from 'canonicalize'
import { type CardShape, cardShape } from './card-shape.ts'

const isMessage = (value: unknown): value is object => typeof value === 'object' && value !== null

const isDefault = (value: unknown): boolean =>
  value === '' || value === false || value === 0 || (isMessage(value) && Object.keys(value).length === 0)

/** Null is how ProtoJSON writes a field that is not set, except inside a Struct, which no shape describes. */
function present(shape: CardShape, message: object): object {
  const entries = Object.entries(message).flatMap(([name, value]: [string, unknown]) => {
    if (value === undefined || value === null || (shape.implicit?.includes(name) && isDefault(value))) return []
    const inner = shape.fields?.[name]
    return [[name, inner ? within(inner, value) : value] as const]
  })
  return Object.fromEntries(entries)
}

function within(shape: CardShape, value: unknown): unknown {
  if (Array.isArray(value)) return value.map(one => within(shape, one))
  if (!isMessage(value)) return value
  const { values } = shape
  if (!values) return present(shape, value)
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, within(values, one)]))
}

/**
 * What the signatures of a card of A2A v1.0 are made over (§8.4.1): the card without `signatures`, with the fields that
 * are set or that ProtoJSON requires, in the form of RFC 8785. Fields that the specification does not know stay.
 * Throws an Error for text that is no Unicode (a half surrogate).
 */
export function canonicalCard(card: object): string {
  const message = Object.entries(present(cardShape, card)).filter(([name]) => name !== 'signatures')
  return canonicalize(Object.fromEntries(message)) ?? ''
}
