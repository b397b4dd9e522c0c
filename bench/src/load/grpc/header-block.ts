/** `:method: POST` and `:scheme: http` by their numbers in the static table (RFC 7541, appendix A). */
const CONSTANT = Buffer.from([0x83, 0x86])
/** The names that stand in the static table; others are written out. */
const STATIC_NAMES: Readonly<Record<string, number>> = { ':authority': 1, ':path': 4, 'content-type': 31 }
const FIRST_DYNAMIC = 62

export interface HeaderBlocks {
  /** For the first request of a connection: the fields go into the table of its decoder. */
  readonly first: Buffer
  /** For all others: the fields by their numbers there. */
  readonly further: Buffer
}

/** The headers of a connection all of whose requests have the same, as a client with a table would send them. */
export function headerBlocks(fields: Readonly<Record<string, string>>): HeaderBlocks {
  const entries = Object.entries(fields)
  return {
    first: Buffer.concat([CONSTANT, ...entries.map(([name, value]) => inserted(name, value))]),
    further: Buffer.concat([CONSTANT, Buffer.from(entries.map((_, index) => numberOf(entries.length - 1 - index)))]),
  }
}

/** The newest entry has the lowest number. */
const numberOf = (age: number): number => 0x80 | (FIRST_DYNAMIC + age)

function inserted(name: string, value: string): Buffer {
  const number = STATIC_NAMES[name]
  return Buffer.concat([
    Buffer.from([0x40 | (number ?? 0)]),
    ...(number === undefined ? [text(name)] : []),
    text(value),
  ])
}

function text(value: string): Buffer {
  if (value.length >= 0x7f) throw new Error('a header that is too long for one byte of length')
  return Buffer.concat([Buffer.from([value.length]), Buffer.from(value, 'latin1')])
}
