import { ConnectionError, RemoteError } from '@codetether/client/errors'
import { cardUrlOf } from '@codetether/client/fetch-card'
import type { Connection } from '@codetether/client/http'
import { type Card, readCard } from '@codetether/client/read-card'
import { limits } from '@codetether/protocol/limits'
import { type Answer, ask, type Patience } from './ask.ts'
import { checkCardForm, formsOf } from './check-card-form.ts'
import { checkInterfaces, checkMainInterface, checkSkills } from './check-declarations.ts'
import { excerpt, type Finding, fail, ok, type Verdict, warn } from './finding.ts'

const line = (check: string, section: string, verdict: Verdict): Finding => ({
  subject: 'card',
  check,
  section,
  ...verdict,
})

const readable = ({ status, contentType, text, json }: Answer): Verdict => {
  if (status !== 200) return fail(`HTTP ${status} ${excerpt(text, 60)}`)
  if (json === undefined) return fail(`no JSON: ${excerpt(text, 60)}`)
  if (formsOf(json).length === 0) return fail('a document that is no agent card of v0.3 or v1.0')
  return /^application\/(a2a\+)?json$/.test(contentType)
    ? ok(`HTTP 200, ${contentType}`)
    : warn(`content type ${contentType || 'missing'}`)
}

const caching = ({ headers }: Answer): Finding[] => {
  const control = headers.get('cache-control') ?? ''
  const age = /max-age=\d+/.test(control) ? ok(control) : warn(control || 'no Cache-Control with max-age')
  const etag = headers.get('etag')
  return [
    line('caching', 'v1.0 §8.6.1', age),
    line('entity tag', 'v1.0 §8.6.1', etag === null ? warn('no ETag') : ok(etag)),
  ]
}

/** What clients of v0.3 get: they name no version. */
const olderForm = (card: Card, newer: Answer, older: Answer): Finding[] => {
  if (older.text === newer.text) return []
  const forms = formsOf(older.json)
  if (!forms.includes('0.3')) {
    const isMissing = card.interfaces.some(({ version }) => version === '0.3')
    return isMissing
      ? [
          line(
            'form of v0.3',
            'v0.3 §5.5',
            warn('an interface of 0.3 is declared, the older form of the card is not served'),
          ),
        ]
      : []
  }
  const vary = (older.headers.get('vary') ?? '').toLowerCase()
  return [
    ...checkCardForm(older.json, '0.3'),
    ...checkMainInterface(older.json),
    line(
      'vary',
      'RFC 9110 §12.5.5',
      vary.includes('a2a-version') || vary === '*'
        ? ok(vary)
        : warn('two forms at one address without Vary: A2A-Version'),
    ),
  ]
}

const checkForms = ({ json }: Answer): Finding[] =>
  formsOf(json).flatMap(version => [
    ...checkCardForm(json, version),
    ...(version === '0.3' ? checkMainInterface(json) : []),
  ])

export interface CardFindings {
  findings: Finding[]
  /** Undefined if there is none that a client could use. */
  card: Card | undefined
}

/** Fetches the card in the forms of both versions and looks at it (A2A v1.0 §8, v0.3 §5). */
export const checkCard = async (connection: Connection, url: string, patience: Patience): Promise<CardFindings> => {
  const cardUrl = cardUrlOf(url)
  const get = (headers: Record<string, string>) =>
    ask(
      connection,
      { url: cardUrl, headers: { accept: 'application/json', ...headers } },
      patience,
      limits.peerCardBytes,
    )
  const section = 'v1.0 §8.2, v0.3 §5.3'
  let newer: Answer
  let older: Answer
  try {
    newer = await get({ 'a2a-version': '1.0' })
    older = await get({})
  } catch (error) {
    if (!(error instanceof ConnectionError || error instanceof RemoteError)) throw error
    return { findings: [line('card', section, fail(error.message))], card: undefined }
  }
  const found = line('card', section, readable(newer))
  if (found.result === 'fail') return { findings: [found], card: undefined }
  const card = readCard(newer.json)
  const declared =
    card === undefined ? [] : [...checkInterfaces(card), checkSkills(card), ...olderForm(card, newer, older)]
  return { findings: [found, ...checkForms(newer), ...declared, ...caching(newer)], card }
}
