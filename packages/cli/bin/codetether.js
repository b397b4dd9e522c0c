#!/usr/bin/env node
// Old syntax on purpose: this file must explain itself where the program cannot even be parsed.
import { existsSync } from 'node:fs'

var major = Number(process.versions.node.split('.')[0])
// A repository holds the source, and perhaps an old bundle; what is published holds the bundle alone.
var source = new URL('../src/main.ts', import.meta.url)
var bundle = new URL('../dist/main.js', import.meta.url)

if (major >= 24) {
  void import(existsSync(source) ? source.href : bundle.href)
} else {
  console.error(
    'error: codetether needs Node.js 24 or newer, and this is ' +
      process.version +
      '. Install it from https://nodejs.org, or run: npx -p node@24 -p codetether codetether',
  )
  process.exitCode = 1
}
