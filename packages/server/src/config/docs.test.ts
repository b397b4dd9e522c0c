import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parseEnv } from 'node:util'
import { renderConfigurationPage, renderEnvExample } from './docs.ts'
import { loadConfig } from './load-config.ts'
import { settingRows } from './setting-rows.ts'

const root = new URL('../../../../', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8')
const hint = 'is stale: run `npm run docs`'

test('.env.example is what the settings say', () => {
  assert.equal(read('.env.example'), renderEnvExample(), `.env.example ${hint}`)
})

test('docs/configuration.md is what the settings say', () => {
  const page = read('docs/configuration.md')
  assert.equal(page, renderConfigurationPage(page), `docs/configuration.md ${hint}`)
})

test('copying .env.example changes nothing; uncommented, its defaults are accepted', () => {
  assert.deepEqual(parseEnv(renderEnvExample()), {})
  const defaults = parseEnv(renderEnvExample().replaceAll(/^# (?=[A-Z0-9_]+=)/gm, ''))
  assert.deepEqual(Object.keys(defaults).sort(), settingRows.map(({ env }) => env[0]).sort())
  assert.deepEqual(loadConfig(defaults).config, loadConfig({}).config)
})

test('both documents name every spelling and every flag', () => {
  const page = renderConfigurationPage(read('docs/configuration.md'))
  for (const { env, flag } of settingRows)
    for (const name of [...env, ...(flag === undefined ? [] : [flag])]) assert.match(page, new RegExp(`\`${name}\``))
  for (const name of settingRows.flatMap(({ env }) => env))
    assert.match(renderEnvExample(), new RegExp(`\\b${name}\\b`))
})

test('a page that has lost its markers is refused', () => {
  assert.throws(() => renderConfigurationPage('# Configuration'), /needs the lines/)
})
