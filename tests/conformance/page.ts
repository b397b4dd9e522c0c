import { isCheck, type Row, type Specification } from './requirement.ts'
import { checksOf, shownBy, specifications } from './specifications.ts'

const head = `# Conformance

Written by \`npm run docs\` from the tables in \`tests/conformance/\`: every sentence of both specifications that says MUST,
MUST NOT, SHALL, REQUIRED, SHOULD, SHOULD NOT or RECOMMENDED, by its number among all their requirements, its section and its
first words. Each names the checks that show it against a running server (\`npm test -- tests/conformance\`), or why no test of
this server can. What is about no binding is shown over JSON-RPC, HTTP+JSON and gRPC. Where the specifications contradict
each other or themselves, [deviations.md](deviations.md) says what this server does.`

const cell = (text: string): string => text.replaceAll('|', '\\|')

function renderRow(row: Row): string {
  const [n, section, , words] = row
  const shown = shownBy(row).map(one => (isCheck(one) ? one.title : `*${one.outside}*`))
  return `| ${n} | ${section} | ${cell(words)} … | ${cell(shown.join('; '))} |`
}

function renderSpecification({ version, rows }: Specification): string {
  const checked = rows.filter(row => checksOf(row).length > 0).length
  return [
    `## A2A ${version}`,
    '',
    `${rows.length} requirements: ${checked} checked, ${rows.length - checked} outside.`,
    '',
    '| # | section | requirement | shown by |',
    '|---|---|---|---|',
    ...rows.map(renderRow),
  ].join('\n')
}

/** The page \`docs/conformance.md\`. */
export const renderConformancePage = (): string =>
  `${[head, ...specifications.map(renderSpecification)].join('\n\n')}\n`
