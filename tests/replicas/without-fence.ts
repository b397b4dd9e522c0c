import { readdirSync, readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'

// Loaded before a replica to take the fence out of its SQL: a write then counts whoever holds the lease. The product has
// no switch for that; its sources are changed on their way into the process.

const store = new URL('../../packages/server/src/store/', import.meta.url)
/** Of writes by whoever runs a task, of those by workers, and of the renewals of workers. */
const fences = [
  /t\.lease_token = i\.token and t\.attempt = i\.attempt/g,
  /t\.lease_owner = i\.owner/g,
  /t\.attempt = held\.attempt and t\.lease_token = held\.token/g,
  /t\.lease_owner = \(select key from workers where tenant_id = \$1 and id = \$2\)(?=\s+returning)/g,
]
const open = (source: string) =>
  fences.reduce((opened, fence) => opened.replaceAll(fence, predicate => `(${predicate} or true)`), source)

const sources = readdirSync(store)
  .filter(name => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map(name => new URL(name, store))
  .map(({ href }) => ({ href, source: readFileSync(new URL(href), 'utf8') }))
for (const fence of fences)
  if (!sources.some(({ source }) => source.search(fence) !== -1))
    throw new Error(`${fence} is not found below ${store.href}: this module no longer takes the fence out`)
const fenced = new Set(sources.filter(({ source }) => open(source) !== source).map(({ href }) => href))

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context)
    if (!fenced.has(url)) return loaded
    const source = String(loaded.source)
    const opened = open(source)
    if (opened === source) throw new Error(`the fence in ${url} was not taken out`)
    return { ...loaded, source: opened }
  },
})
