import { readdirSync, readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'

// Loaded before a replica to take the fence out of its SQL: a write then counts whoever holds the lease. The product has
// no switch for that; its sources are changed on their way into the process.

const store = new URL('../../packages/server/src/store/', import.meta.url)
const fence = /t\.lease_token = i\.token and t\.attempt = i\.attempt/g
const open = (source: string) => source.replaceAll(fence, predicate => `(${predicate} or true)`)

const fenced = readdirSync(store)
  .filter(name => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map(name => new URL(name, store))
  .filter(url => readFileSync(url, 'utf8').search(fence) !== -1)
if (fenced.length === 0) throw new Error(`no fence found below ${store.href}: this module no longer takes it out`)

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context)
    if (!fenced.some(({ href }) => href === url)) return loaded
    const source = String(loaded.source)
    const opened = open(source)
    if (opened === source) throw new Error(`the fence in ${url} was not taken out`)
    return { ...loaded, source: opened }
  },
})
