import assert from 'node:assert/strict'

/** A scrape, checked: every line belongs to a family that is introduced, and no series stands there twice. */
export interface Scrape {
  /** Name of each family → its type. */
  families: ReadonlyMap<string, string>
  /** Value of a series; 0 if it is not there. Labels in any order. */
  value(name: string, labels?: Record<string, string>): number
  /** The sum over all series of that name with these labels, among others. */
  sum(name: string, labels?: Record<string, string>): number
  /** Every value of a label. */
  labelValues(label: string): Set<string>
}

interface Series {
  name: string
  labels: Record<string, string>
  value: number
}

const line =
  /^([a-z_][a-z0-9_]*)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)*)\})? (NaN|[+-]Inf|-?[\d.]+(?:e[+-]?\d+)?)$/
const suffixes: Record<string, readonly string[]> = { histogram: ['_bucket', '_sum', '_count'] }

function parseSeries(text: string): Series {
  const [, name = '', labels = '', value = ''] = line.exec(text) ?? assert.fail(`no sample: ${text}`)
  const pairs = [...labels.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g)].map(([, key = '', content = '']) => [
    key,
    content,
  ])
  return { name, labels: Object.fromEntries(pairs), value: Number(value.replace('Inf', 'Infinity')) }
}

const keyOf = ({ name, labels }: Omit<Series, 'value'>): string =>
  JSON.stringify([name, Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))])

/** Reads the text format of Prometheus, and fails on what Prometheus would refuse or misread. */
export function readExposition(text: string): Scrape {
  assert.ok(text.endsWith('\n'))
  const families = new Map<string, string>()
  const series: Series[] = []
  let help = ''
  let current = ''
  for (const text_ of text.trimEnd().split('\n')) {
    const [mark, kind, name = '', ...rest] = text_.split(' ')
    if (mark !== '#') {
      const sample = parseSeries(text_)
      const names = (suffixes[families.get(current) ?? ''] ?? ['']).map(suffix => current + suffix)
      assert.ok(names.includes(sample.name), `${sample.name} does not belong to ${current}`)
      series.push(sample)
    } else if (kind === 'HELP') {
      assert.ok(rest.length > 1 && rest.at(-1)?.endsWith('.'), `${name} has no help`)
      help = name
    } else {
      assert.equal(kind, 'TYPE')
      assert.equal(name, help, 'HELP comes before TYPE')
      assert.ok(!families.has(name), `${name} is introduced twice`)
      families.set(name, rest.join(' '))
      current = name
    }
  }
  const values = new Map(series.map(one => [keyOf(one), one.value]))
  assert.equal(values.size, series.length, 'a series stands there twice')
  checkNames(families)
  checkHistograms(series)
  const matches = (one: Series, name: string, labels: Record<string, string>) =>
    one.name === name && Object.entries(labels).every(([key, value]) => one.labels[key] === value)
  return {
    families,
    value: (name, labels = {}) => values.get(keyOf({ name, labels })) ?? 0,
    sum: (name, labels = {}) =>
      series.filter(one => matches(one, name, labels)).reduce((sum, { value }) => sum + value, 0),
    labelValues: label => new Set(series.flatMap(({ labels }) => labels[label] ?? [])),
  }
}

function checkNames(families: ReadonlyMap<string, string>): void {
  for (const [name, type] of families) {
    assert.equal(name.endsWith('_total'), type === 'counter', `${name} is a ${type}`)
    assert.doesNotMatch(name, /_(ms|milliseconds|kb|mb|percent)(_|$)/, 'units are seconds, bytes and ratios')
  }
}

/** Buckets grow with their bound, and the last one holds everything. */
function checkHistograms(series: readonly Series[]): void {
  for (const { name, labels, value } of series.filter(one => one.name.endsWith('_count'))) {
    const base = name.slice(0, -'_count'.length)
    const { le: _le, ...own } = labels
    const buckets = series.filter(one => {
      const { le, ...others } = one.labels
      return (
        one.name === `${base}_bucket` &&
        le !== undefined &&
        keyOf({ name, labels: others }) === keyOf({ name, labels: own })
      )
    })
    const bounds = buckets.map(one => Number(one.labels.le?.replace('Inf', 'Infinity')))
    assert.deepEqual(
      bounds,
      bounds.toSorted((a, b) => a - b),
    )
    assert.equal(bounds.at(-1), Number.POSITIVE_INFINITY)
    assert.deepEqual(
      buckets.map(one => one.value),
      buckets.map(one => one.value).toSorted((a, b) => a - b),
    )
    assert.equal(buckets.at(-1)?.value, value)
    assert.ok(series.some(one => keyOf(one) === keyOf({ name: `${base}_sum`, labels: own }) && one.value >= 0))
  }
}
