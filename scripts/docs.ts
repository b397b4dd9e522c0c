import { readFileSync, writeFileSync } from 'node:fs'
import { renderConfigurationPage, renderEnvExample } from '../packages/server/src/config/docs.ts'

/** Rewrites what is generated from the table of settings: `.env.example` and the tables of `docs/configuration.md`. */
const inRoot = (path: string): URL => new URL(`../${path}`, import.meta.url)

const page = inRoot('docs/configuration.md')
writeFileSync(inRoot('.env.example'), renderEnvExample())
writeFileSync(page, renderConfigurationPage(readFileSync(page, 'utf8')))
console.log('Wrote .env.example and docs/configuration.md')
