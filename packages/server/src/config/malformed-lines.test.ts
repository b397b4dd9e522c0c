import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseEnv } from 'node:util'
import { malformedLines } from './malformed-lines.ts'

const rows: [text: string, malformed: number[]][] = [
  ['A=1\nexport B=2\n  C = 3 # c\n\n# D\nE=', []],
  ['A=1\r\nB=2\r\n', []],
  ['A="x\nno line of its own\n"\nB=`y\n`\n', []],
  ["A='it''s'\nB=x \"y\n", []],
  ['my.name-1=1', []],
  ['A\nB: 2\nC 3\nD=4', [1, 2, 3]],
  ['=1\n;comment\n', [1, 2]],
  ['A="never\nB=2', [1]],
  ['\uFEFFA=1\nB=2', [1]],
  ['export\tA=1\nA B=2', [1, 2]],
]
for (const [text, malformed] of rows)
  test(`in ${JSON.stringify(text)} the lines ${JSON.stringify(malformed)} set nothing that a setting could mean`, () => {
    assert.deepEqual(
      malformedLines(text).map(({ line }) => line),
      malformed,
    )
    // What is well formed is what Node reads.
    if (malformed.length === 0) for (const name of Object.keys(parseEnv(text))) assert.match(name, /^[A-Za-z_][\w.-]*$/)
  })
