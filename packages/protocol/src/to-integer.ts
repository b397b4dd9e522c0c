/** An integer, which ProtoJSON may write as a string. Anything else stays as it is, for a schema to refuse. */
export const toInteger = (json: unknown): unknown =>
  typeof json === 'string' && /^-?\d{1,15}$/.test(json) ? Number(json) : json
