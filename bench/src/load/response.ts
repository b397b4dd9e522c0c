export interface Response {
  readonly status: number
  readonly bodyStart: number
  /** Where the body ends; the data may not reach that far yet. */
  readonly end: number
}

const HEAD_END = Buffer.from('\r\n\r\n')
const STATUS_START = 'HTTP/1.1 '.length
const LENGTH = /\r\ncontent-length: *(\d+)/i

/** Reads the head of a response, or null while it is incomplete. Only bodies of a known length are understood. */
export function readHead(data: Buffer): Response | null {
  const headEnd = data.indexOf(HEAD_END)
  if (headEnd < 0) return null
  const head = data.toString('latin1', 0, headEnd)
  const length = LENGTH.exec(head)?.[1]
  if (length === undefined) throw new Error(`a response without content-length: ${head}`)
  const bodyStart = headEnd + HEAD_END.length
  return { status: Number(head.slice(STATUS_START, STATUS_START + 3)), bodyStart, end: bodyStart + Number(length) }
}
