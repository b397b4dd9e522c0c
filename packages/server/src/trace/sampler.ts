import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace'
import type { TracesConfig } from '../config/config.ts'

const roots: Readonly<Record<string, (ratio: number) => Sampler>> = {
  always_on: () => new AlwaysOnSampler(),
  always_off: () => new AlwaysOffSampler(),
  traceidratio: ratio => new TraceIdRatioBasedSampler(ratio),
}

/** The sampler that a name of OpenTelemetry means; `parentbased_` follows the caller's decision where there is one. */
export function createSampler({ name, ratio }: TracesConfig['sampler']): Sampler {
  const [, parentBased, root = ''] = /^(parentbased_)?(.*)$/.exec(name) ?? []
  const sampler = roots[root]?.(ratio) ?? new AlwaysOnSampler()
  return parentBased === undefined ? sampler : new ParentBasedSampler({ root: sampler })
}
