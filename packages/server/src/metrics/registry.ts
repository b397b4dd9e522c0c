/** Values of a family's labels, by name. */
export type Labels<Name extends string = string> = Readonly<Record<Name, string>>

/** One line of a scrape: `name` + `suffix`, labels, value. */
export interface Sample {
  suffix?: string
  labels?: Labels
  value: number
}

export type FamilyType = 'counter' | 'gauge' | 'histogram' | 'summary'

/** Metrics of one name. */
export interface Family {
  /** In units without prefix, `_seconds` or `_bytes`; a counter's ends with `_total`. */
  name: string
  help: string
  type: FamilyType
  /** Read at each scrape. */
  samples(): Iterable<Sample> | Promise<Iterable<Sample>>
}

const familyName = /^[a-z][a-z0-9_]*$/

const escapeText = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
const escapeLabel = (text: string): string => escapeText(text).replaceAll('"', '\\"')

const renderLabels = (labels: Labels = {}): string => {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

const renderValue = (value: number): string => {
  if (Number.isFinite(value)) return String(value)
  return Number.isNaN(value) ? 'NaN' : `${value > 0 ? '+' : '-'}Inf`
}

/** The metrics of one server: several servers in one process share nothing. */
export class Registry {
  readonly #families = new Map<string, Family>()

  /** Throws for a name that is malformed, misleading or taken. */
  add<F extends Family>(family: F): F {
    const { name, type } = family
    if (!familyName.test(name) || (type === 'counter') !== name.endsWith('_total'))
      throw new Error(`${name} is no name for a ${type}`)
    if (this.#families.has(name)) throw new Error(`there is a metric ${name} already`)
    this.#families.set(name, family)
    return family
  }

  addAll(...groups: readonly (readonly Family[])[]): void {
    for (const family of groups.flat()) this.add(family)
  }

  get families(): readonly Family[] {
    return [...this.#families.values()]
  }

  /** The text that Prometheus reads, version 0.0.4 of its format. */
  async render(): Promise<string> {
    const blocks = await Promise.all(this.families.map(renderFamily))
    return blocks.join('')
  }
}

export const contentType = 'text/plain; version=0.0.4; charset=utf-8'

async function renderFamily({ name, help, type, samples }: Family): Promise<string> {
  let text = `# HELP ${name} ${escapeText(help)}\n# TYPE ${name} ${type}\n`
  for (const { suffix = '', labels, value } of await samples())
    text += `${name}${suffix}${renderLabels(labels)} ${renderValue(value)}\n`
  return text
}
